import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import type { Runtime } from '@millrace/kernel'
import { lines as generatedLines } from '../generator/generate.mjs'
import { decideAll, splitLines } from '../oracle/oracle.mjs'
import { startService } from './start-service.js'

/** How many lines one client sends. CI sends five times as many, 100,000. */
const attempts = Number(process.env.ROUNDS ?? 1) * 20_000
const mebibyte = 1_048_576
const patienceMs = 60_000 + attempts * 6

/** How a client takes what comes. */
type Pace = (bytes: number) => Promise<void> | undefined

/** Sends attempts as a stream of lines, and takes the answers at its own pace. @returns a digest of them */
async function answersTo(body: Buffer, url: string, pace: Pace): Promise<string> {
  const asked = request(`${url}/loads/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
  })
  Readable.from(piecesOf(body)).pipe(asked)
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  const digest = createHash('sha256')
  for await (const chunk of response) {
    digest.update(chunk as Buffer) // no encoding is set
    await pace((chunk as Buffer).length)
  }
  return digest.digest('hex')
}

function* piecesOf(body: Buffer): Generator<Buffer> {
  for (let at = 0; at < body.length; at += 65_536) yield body.subarray(at, at + 65_536)
}

/** Looks at the resident memory of the workers that keep no state, until it is told to end. @returns all that it has seen */
function watchMemory(runtime: Runtime): () => ReadonlyMap<string, readonly number[]> {
  const seen = new Map<string, number[]>()
  const look = (): void => {
    for (const { slot, group, pid } of runtime.workers())
      if (group !== 'policy' && pid !== undefined)
        seen.set(slot, [
          ...(seen.get(slot) ?? []),
          Number(/^\d+ (\d+)/u.exec(readFileSync(`/proc/${pid}/statm`, 'utf8'))?.[1]) * 4096,
        ])
  }
  const timer = setInterval(look, 100)
  return () => {
    clearInterval(timer)
    return seen
  }
}

/** How much more a worker had at most in the last half than in the second quarter, when it had warmed up. */
function growthOf(samples: readonly number[]): number {
  const half = samples.length / 2
  return Math.max(...samples.slice(half)) - Math.max(...samples.slice(half / 2, half))
}

/** Waits after so many bytes, and once for long. */
function slowly(): Pace {
  let taken = 0
  let waits = 0
  return (bytes) => {
    taken += bytes
    if (taken < waits * 250_000) return undefined
    return wait(waits++ === 4 ? 3000 : 100)
  }
}

describe('a long stream of attempts', () => {
  it.each([
    ['as fast as it can', () => () => undefined],
    ['slowly', slowly],
  ] as const)(
    'WEB-STREAM-01 are answered as a batch answers them, byte for byte, and no worker without state grows, where the client reads %s',
    async (_pace, pace) => {
      const body = Buffer.concat([...generatedLines(7, attempts)].map((line) => Buffer.from(line)))
      const expected = createHash('sha256')
      for (const { text } of decideAll(splitLines([body]), 'baseline')) expected.update(`${text}\n`)
      const { runtime, url } = await startService('tcp_local')
      const memory = watchMemory(runtime)
      const answers = await answersTo(body, url, pace())
      const grown = [...memory()].filter(([, samples]) => growthOf(samples) > 32 * mebibyte)
      expect(await runtime.stop()).toBe('graceful')
      expect(answers).toBe(expected.digest('hex'))
      expect(grown).toEqual([])
    },
    patienceMs,
  )
})
