import { open, stat } from 'node:fs/promises'

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
  /** Looked at when this begins and after each write that failed, and not before each: another process may just be writing its line. */
  let torn: Promise<boolean> | undefined = endsTorn(path)
  return {
    maxBytes: 262_144,
    async write(text) {
      torn ??= endsTorn(path)
      const bytes = Buffer.from((await torn) ? `\n${text}` : text)
      torn = undefined
      const file = await open(path, 'a')
      try {
        const { bytesWritten } = await file.write(bytes)
        if (bytesWritten < bytes.length) throw new Error('the file took only a part')
        torn = whole
      } finally {
        await file.close()
      }
    },
  }
}

const whole = Promise.resolve(false)

/** A full disk took half a line: the next one does not go on in it. */
async function endsTorn(path: string): Promise<boolean> {
  try {
    if (!(await stat(path)).isFile()) return false
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.max(size - 1, 0))
      return bytesRead === 1 && buffer.toString() !== '\n'
    } finally {
      await file.close()
    }
  } catch {
    return false // it is not there, or cannot be read
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
