import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Received } from './sink-log.js'

/** What a sink received in the reference run, kept in a temporary file that is gone with the process. */
export interface Recording {
  add(received: Received): void
  /** Reads what was added, from the first message on; undefined after the last. Nothing may be added from now on. */
  replay(): () => Received | undefined
  close(): void
}

const bufferBytes = 1 << 18

/** Begins a recording. @throws Error of the system when no temporary file can be made */
export function createRecording(): Recording {
  const file = openUnnamed()
  let lines: string[] = []
  let length = 0
  const flush = (): void => {
    writeAll(file, Buffer.from(lines.join('')))
    lines = []
    length = 0
  }
  return {
    add({ trace, json }) {
      lines.push(trace, ' ', json, '\n')
      length += json.length
      if (length >= bufferBytes) flush()
    },
    replay() {
      flush()
      const next = lineReader(file)
      return () => {
        const line = next()
        if (line === undefined) return undefined
        const at = line.indexOf(' ')
        return { trace: line.slice(0, at), json: line.slice(at + 1) }
      }
    },
    close: () => closeSync(file),
  }
}

/** A file without a name is gone however the process ends. */
function openUnnamed(): number {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-parity-'))
  try {
    return openSync(join(folder, 'sink'), 'wx+', 0o600)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
}

/** Reads a file line by line, at its own place in it. */
function lineReader(file: number): () => string | undefined {
  const chunk = Buffer.alloc(bufferBytes)
  let rest: Buffer = Buffer.alloc(0)
  let position = 0
  return () => {
    for (;;) {
      const end = rest.indexOf(lineEnd)
      if (end !== -1) {
        const line = rest.toString('utf8', 0, end)
        rest = rest.subarray(end + 1)
        return line
      }
      const read = readSync(file, chunk, 0, chunk.length, position)
      if (read === 0) return undefined
      position += read
      rest = Buffer.concat([rest, chunk.subarray(0, read)])
    }
  }
}

const lineEnd = 0x0a
