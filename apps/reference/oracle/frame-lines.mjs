// @ts-check
/** The longest line that is read, in bytes, without its line end. */
export const maxLineBytes = 1_048_576

/** Bytes kept beyond the limit: enough that a line is still over it after losing a byte-order mark and a CR. */
const slackBytes = 8

const lineFeed = 0x0a
const carriageReturn = 0x0d
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

/**
 * Cuts chunks of bytes into lines, without line ends and without a byte-order mark at the start of the input.
 * Of an over-long line only the first bytes are kept; what is left is longer than `maxLineBytes`.
 */
export function createLineFramer() {
  /** @type {Buffer[]} */
  let pieces = []
  let heldBytes = 0
  let first = true

  /** @param {Buffer} piece */
  function hold(piece) {
    const kept = piece.subarray(0, maxLineBytes + slackBytes - heldBytes)
    if (kept.length === 0) return
    pieces.push(kept)
    heldBytes += kept.length
  }

  /** @param {Buffer} lastPiece */
  function finish(lastPiece) {
    hold(lastPiece)
    const whole = pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)
    const line = first && whole.subarray(0, 3).equals(byteOrderMark) ? whole.subarray(3) : whole
    pieces = []
    heldBytes = 0
    first = false
    return withoutCarriageReturn(line)
  }

  return {
    /**
     * The lines that end in this chunk.
     * @param {Uint8Array} bytes
     */
    push(bytes) {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const lines = []
      let start = 0
      for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
        lines.push(finish(chunk.subarray(start, end)))
        start = end + 1
      }
      hold(chunk.subarray(start))
      return lines
    },
    /** The last line, when the input does not end with a line feed. */
    end() {
      return heldBytes === 0 ? [] : [finish(Buffer.alloc(0))]
    },
  }
}

/**
 * A line without its LF or CRLF, if it has one. A CR with no LF after it stays: whoever cut the line left it there.
 * @param {Buffer} line
 */
export function withoutLineEnd(line) {
  return line.at(-1) === lineFeed ? withoutCarriageReturn(line.subarray(0, -1)) : line
}

/** @param {Buffer} line */
function withoutCarriageReturn(line) {
  return line.at(-1) === carriageReturn ? line.subarray(0, -1) : line
}
