import { open } from 'node:fs/promises'
import { fileError } from '../file-error.js'
import type { Output } from './output.js'
import { writeAll } from './write-all.js'

/**
 * Opens a device or a pipe, which is written directly: it has no bytes to keep and no name to give.
 *
 * @throws MillraceError SINK_FAILED when it cannot be written
 */
export async function openDevice(path: string): Promise<Output> {
  const handle = await open(path, 'w').catch((error: unknown) => {
    throw unwritable(error, path)
  })
  return {
    async put(piece) {
      const { error } = await writeAll(handle, piece, null)
      if (error !== undefined) throw unwritable(error, path)
    },
    finish: async () => {},
    close: () => handle.close(),
  }
}

function unwritable(error: unknown, path: string): Error {
  return fileError(error, `write the output ${path}`, 'write')
}
