import { Pieces } from './pieces.js'

/** Splits bytes into lines, without their line feeds. */
export interface LineSplitter {
  /** @throws what it was told to, when a line has more bytes than are allowed */
  push(chunk: Buffer): readonly Buffer[]
  /** What stands after the last line feed; empty where there is nothing. */
  end(): readonly Buffer[]
}

const lineFeed = 0x0a

const byteOrderMark = Buffer.of(0xef, 0xbb, 0xbf)

/**
 * Makes one. A byte-order mark at the very start belongs to no line.
 *
 * @param tooLong makes what is thrown for a line of more than `maxBytes`; undefined to cut it after one byte more, so that it
 * can be told from one that just fits: the rest of it is passed over and never kept
 */
export function createLineSplitter(maxBytes: number, tooLong: (() => Error) | undefined): LineSplitter {
  const rest = new Pieces()
  let isFirst = true

  function hold(part: Buffer): void {
    const room = maxBytes + 1 - rest.length
    if (part.length >= room && tooLong !== undefined) throw tooLong()
    const kept = part.subarray(0, room)
    if (kept.length > 0) rest.add(kept)
  }

  function take(): Buffer {
    const line = rest.take()
    if (!isFirst) return line
    isFirst = false
    return line.subarray(0, 3).equals(byteOrderMark) ? line.subarray(3) : line
  }

  return {
    push(chunk) {
      const lines: Buffer[] = []
      let from = 0
      for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, from)) {
        hold(chunk.subarray(from, at))
        lines.push(take())
        from = at + 1
      }
      if (from < chunk.length) hold(chunk.subarray(from))
      return lines
    },
    end: () => (rest.length === 0 ? [] : [take()]),
  }
}
