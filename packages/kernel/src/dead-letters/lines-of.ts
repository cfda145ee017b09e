import { readSync } from 'node:fs'

/** A line of a file. */
export interface FileLine {
  /** Without its end. */
  readonly bytes: Buffer
  /** Whether it has an end; the last one may be cut off. */
  readonly ended: boolean
}

const pieceBytes = 65_536

/** Reads an open file line by line. @param position where it begins, in bytes */
export function* linesOf(file: number, position = 0): Generator<FileLine> {
  const piece = Buffer.allocUnsafe(pieceBytes)
  let begun: Buffer[] = []
  let at = position
  for (;;) {
    const size = readSync(file, piece, 0, piece.length, at)
    if (size === 0) break
    at += size
    let from = 0
    for (let end = piece.indexOf('\n'); end >= 0 && end < size; end = piece.indexOf('\n', from)) {
      yield { bytes: Buffer.concat([...begun, piece.subarray(from, end)]), ended: true }
      begun = []
      from = end + 1
    }
    if (from < size) begun.push(Buffer.from(piece.subarray(from, size)))
  }
  if (begun.length > 0) yield { bytes: Buffer.concat(begun), ended: false }
}
