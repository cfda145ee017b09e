import { appendFileSync, closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'

/** A file that several processes append lines to. */
export interface LineFile {
  /** Appends a line, which is given without its end. When this returns it is in the file that has the name now. */
  append(line: string | Buffer): void
  close(): void
}

/**
 * Opens a file for lines, and makes it where it is missing. It may be replaced by another of its name at any time: a line is
 * written again where its file no longer had the name when it had been written. So a line may be there twice, and is never lost.
 */
export function openLineFile(path: string): LineFile {
  let file = openSync(path, 'a')

  function follow(): void {
    const next = openSync(path, 'a')
    closeSync(file)
    file = next
  }

  return {
    append(line) {
      if (!hasName(file, path)) follow()
      appendFileSync(file, wholeLine(path, line))
      while (!hasName(file, path)) {
        follow()
        appendFileSync(file, wholeLine(path, line))
      }
    },
    close: () => closeSync(file),
  }
}

/** Whether a name still leads to an open file; what is no regular file, such as a pipe, is not replaced. */
export function hasName(file: number, path: string): boolean {
  const open = fstatSync(file, { bigint: true })
  if (!open.isFile()) return true
  const named = statSync(path, { bigint: true, throwIfNoEntry: false })
  return named !== undefined && named.ino === open.ino && named.dev === open.dev
}

/** A process that was killed while it wrote has left a line without an end: the next one does not go on in it. */
function wholeLine(path: string, line: string | Buffer): Buffer {
  const pieces = [endsTorn(path) ? '\n' : '', line, '\n']
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)))
}

function endsTorn(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false
  try {
    const file = openSync(path, 'r')
    try {
      const last = Buffer.alloc(1)
      const { size } = fstatSync(file)
      return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last.toString() !== '\n'
    } finally {
      closeSync(file)
    }
  } catch {
    return true // it may be written and not read: an empty line does no harm
  }
}
