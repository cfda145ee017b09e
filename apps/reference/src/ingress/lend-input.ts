import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addAbortSignal, type Readable } from 'node:stream'
import type { MillraceError } from '@millrace/contracts'
import { fileError } from '../file-error.js'

/** Input that another process of the same user can read. */
export interface LentInput {
  /** A local socket that gives the bytes to whoever connects first. */
  readonly path: string
  /** Why not all of the input could be read; the reader does not see an end then. Undefined as long as all is well. */
  readonly failure: MillraceError | undefined
  /** Ends the lending, whether all was read or not. */
  close(): Promise<void>
}

/**
 * Lends standard input, which belongs to one process, to the worker that reads the source.
 *
 * @param input is destroyed when the lending ends
 * @param failed hears that the input could not be read to its end
 */
export async function lendInput(input: Readable, failed: () => void): Promise<LentInput> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-input-')) // made for its owner alone
  const path = join(folder, 'input')
  const lending = new AbortController()
  const server = createServer().listen(path)
  let failure: MillraceError | undefined

  input.once('error', (error) => {
    failure = fileError(error, 'read the input from standard input', 'read')
    failed()
  })

  async function give(socket: Socket): Promise<void> {
    server.close()
    const over = new AbortController()
    addAbortSignal(lending.signal, socket)
      .on('error', () => undefined) // a reader that goes away says why itself
      .once('close', () => over.abort())
    try {
      for await (const chunk of input.iterator({ destroyOnReturn: false }))
        if (!socket.write(chunk)) await once(socket, 'drain', { signal: over.signal })
      socket.end()
    } catch {
      // The reader has gone, or the input has failed: then the socket stays open, since its end would mean the input's.
    }
  }

  server.once('connection', (socket) => void give(socket))
  await once(server, 'listening')
  return {
    path,
    get failure() {
      return failure
    },
    async close() {
      lending.abort()
      server.close()
      input.destroy()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
