import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

/** How a file compares with what was expected. */
export type Comparison =
  | { readonly outcome: 'identical'; readonly sha256: string }
  | {
      readonly outcome: 'different'
      readonly sha256: string
      /** The first line that differs, from 1. */
      readonly line: number
      readonly expected: string | undefined
      readonly got: string | undefined
    }

/** Compares two files byte for byte, and finds the first line that differs. */
export async function compareFiles(expected: string, got: string): Promise<Comparison> {
  const [wanted, sha256] = await Promise.all([hashOf(expected), hashOf(got)])
  if (wanted === sha256) return { outcome: 'identical', sha256 }
  return { outcome: 'different', sha256, ...(await firstDifference(expected, got)) }
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

async function firstDifference(expected: string, got: string) {
  const [wanted, seen] = [linesOf(expected), linesOf(got)]
  for (let line = 1; ; line++) {
    const [one, other] = [await wanted.next(), await seen.next()]
    if (one.value === other.value && one.done !== true) continue
    return { line, expected: one.value, got: other.value }
  }
}

function linesOf(file: string): AsyncIterator<string, undefined> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
  return lines[Symbol.asyncIterator]() as AsyncIterator<string, undefined> // readline ends without a value
}
