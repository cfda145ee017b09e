/** Splits bytes into lines, without their line feeds. */
export interface LineSplitter {
  /** @throws what `tooLong` makes, when a line has more bytes than are allowed */
  push(chunk: Buffer): readonly Buffer[]
  /** What stands after the last line feed; empty where there is nothing. */
  end(): readonly Buffer[]
}

const lineFeed = 0x0a

const byteOrderMark = Buffer.of(0xef, 0xbb, 0xbf)

/** Makes one. A byte-order mark at the very start belongs to no line. */
export function createLineSplitter(maxBytes: number, tooLong: () => Error): LineSplitter {
  let rest: Buffer[] = []
  let restBytes = 0
  let isFirst = true

  function hold(part: Buffer): void {
    restBytes += part.length
    if (restBytes > maxBytes) throw tooLong()
    if (part.length > 0) rest.push(part)
  }

  function take(): Buffer {
    const [only] = rest
    const line = rest.length === 1 && only !== undefined ? only : Buffer.concat(rest, restBytes)
    rest = []
    restBytes = 0
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
    end: () => (restBytes === 0 ? [] : [take()]),
  }
}
