import { createReadStream } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { addAbortSignal, type Readable } from 'node:stream'
import { fileError } from '../file-error.js'

const chunkBytes = 64 * 1024

/** Bytes to read, and how many there are where that is known. */
export interface Input {
  readonly totalBytes: number | undefined
  /** The bytes in order; it ends early, without an error, when the signal aborts. */
  chunks(signal: AbortSignal): AsyncIterable<Uint8Array>
}

/**
 * Finds the input.
 *
 * @param path a file, a local socket, or `-` for standard input
 * @throws MillraceError SOURCE_FAILED, saying what to do, when it is missing, a folder, or not readable
 */
export async function openInput(path: string): Promise<Input> {
  if (path === '-') return { totalBytes: undefined, chunks: (signal) => chunksOf(process.stdin, path, signal) }
  const { totalBytes, isSocket } = await readable(path)
  const open = () => (isSocket ? createConnection(path) : createReadStream(path, { highWaterMark: chunkBytes }))
  return { totalBytes, chunks: (signal) => chunksOf(open(), path, signal) }
}

async function readable(path: string): Promise<{ totalBytes: number | undefined; isSocket: boolean }> {
  try {
    await access(path, constants.R_OK)
    const status = await stat(path)
    if (status.isDirectory()) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' })
    return { totalBytes: status.isFile() ? status.size : undefined, isSocket: status.isSocket() }
  } catch (error) {
    throw unreadable(error, path)
  }
}

async function* chunksOf(stream: Readable, path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of addAbortSignal(signal, stream)) yield chunk
  } catch (error) {
    if (!signal.aborted) throw unreadable(error, path)
  }
}

function unreadable(error: unknown, path: string): Error {
  return fileError(error, `read the input ${path === '-' ? 'from standard input' : path}`, 'read')
}
