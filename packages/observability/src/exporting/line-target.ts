import { open } from 'node:fs/promises'

/** Where lines go. */
export interface LineTarget {
  /** How long the text of one write may be, so that it stays in one piece among the writes of other processes. */
  readonly maxBytes: number
  /** Writes whole lines. @throws whatever the operating system says */
  write(text: string): Promise<void>
}

/**
 * Appends to a file. It is opened for every write, so that a file that was moved away or deleted is made anew; and the operating system puts
 * each write behind all others.
 *
 * @param path absolute
 */
export function appendTo(path: string): LineTarget {
  return {
    maxBytes: 262_144,
    async write(text) {
      const file = await open(path, 'a')
      try {
        const bytes = Buffer.from(text)
        const { bytesWritten } = await file.write(bytes)
        if (bytesWritten === bytes.length) return
        // A full disk took half a line: it is ended, if it can be, so that it does not spoil the next one.
        await file.write('\n')
        throw new Error('the file took only a part')
      } finally {
        await file.close()
      }
    },
  }
}

/** Linux keeps a write to a pipe in one piece up to this length. */
const pipeBytes = 4_096

/**
 * Writes to the standard output of this process. A reader that does not read holds up nothing but these lines, and the end of a
 * process that does not call `process.exit`, as it does for everything that is written there.
 */
export function standardOutput(): LineTarget {
  // A pipe without a reader raises an error that nobody hears, which would end the process. It comes after the callback.
  const ignore = (): void => undefined
  return {
    maxBytes: pipeBytes,
    write: (text) =>
      new Promise((resolve, reject) => {
        process.stdout.off('error', ignore).once('error', ignore)
        process.stdout.write(text, (error) => {
          if (error) return reject(error)
          process.stdout.off('error', ignore)
          resolve()
        })
      }),
  }
}
