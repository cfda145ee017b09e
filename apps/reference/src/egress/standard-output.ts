import type { Writable } from 'node:stream'
import { fileError } from '../file-error.js'
import type { Output } from './output.js'

/** Writes to a stream that belongs to the process, such as standard output, and leaves it open. */
export function createStandardOutput(stream: Writable): Output {
  // The write's callback reports the failure; without a listener the same error would also end the process.
  const ignore = () => {}
  stream.on('error', ignore)
  return {
    put: (piece) =>
      new Promise((resolve, reject) => {
        stream.write(piece, (error) =>
          error ? reject(fileError(error, 'write to standard output', 'write')) : resolve(),
        )
      }),
    finish: async () => {},
    close: async () => void stream.off('error', ignore),
  }
}
