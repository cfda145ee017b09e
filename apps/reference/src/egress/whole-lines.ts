import { closeSync, openSync, readSync } from 'node:fs'

const newline = 0x0a

/** How many lines a file holds from their beginning to their end. */
export function wholeLines(path: string): number {
  const file = openSync(path, 'r')
  try {
    const chunk = Buffer.allocUnsafe(65_536)
    let lines = 0
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) lines += newlinesIn(chunk, read)
    return lines
  } finally {
    closeSync(file)
  }
}

function newlinesIn(chunk: Buffer, end: number): number {
  let found = 0
  for (let at = chunk.indexOf(newline); at >= 0 && at < end; at = chunk.indexOf(newline, at + 1)) found++
  return found
}
