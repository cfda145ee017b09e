import type { PayloadOf } from '@millrace/contracts'
import type { Line } from '../messages.js'

const lineFeed = 0x0a
const carriageReturn = 0x0d
const byteOrderMark = [0xef, 0xbb, 0xbf] as const

/** How lines are cut. */
export interface LineSplitterOptions {
  /** The longest line in bytes, without its end and without a byte-order mark. @default 1 MiB */
  readonly maxLineBytes?: number
  /** How many bytes of the input stand before the first chunk; only at its very start can there be a byte-order mark. @default 0 */
  readonly startBytes?: number
}

/** Cuts bytes into lines, wherever the chunks begin and end. */
export interface LineSplitter {
  /** The lines that end in this chunk. The chunk may be reused afterwards. */
  push(chunk: Uint8Array): readonly PayloadOf<typeof Line>[]
  /** What comes after the last line feed, if anything does. */
  end(): readonly PayloadOf<typeof Line>[]
}

/**
 * Makes a splitter for NDJSON: a line ends with LF or CR LF, a byte-order mark at the very start is dropped, and a line that
 * is over-long or not UTF-8 is one message that says so.
 *
 * 1. What belongs to no ended line yet is held, and never more than the longest line with its mark and its end.
 * 2. The first line that ends in a chunk joins what is held and is looked at by itself.
 * 3. All further lines lie whole in the chunk and are decoded at once; only if that fails, one by one.
 */
export function createLineSplitter({
  maxLineBytes = 1_048_576,
  startBytes = 0,
}: LineSplitterOptions = {}): LineSplitter {
  const maxHeldBytes = maxLineBytes + byteOrderMark.length + 1
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let held = new Uint8Array(4096)
  let heldBytes = 0
  let isFirstLine = startBytes === 0

  function hold(bytes: Uint8Array): void {
    const kept = bytes.subarray(0, maxHeldBytes + 1 - heldBytes)
    if (heldBytes + kept.length > held.length) held = grown(held, heldBytes + kept.length)
    held.set(kept, heldBytes)
    heldBytes += kept.length
  }

  function takeHeld(): PayloadOf<typeof Line> {
    const start = isFirstLine && startsWithMark(held, heldBytes) ? byteOrderMark.length : 0
    const line = lineOf(held.subarray(start, heldBytes))
    isFirstLine = false
    heldBytes = 0
    return line
  }

  function lineOf(bytes: Uint8Array): PayloadOf<typeof Line> {
    const length = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length
    if (length > maxLineBytes) return { text: '', fault: 'LINE_TOO_LONG' }
    const text = textOf(bytes.subarray(0, length))
    return text === undefined ? { text: '', fault: 'UTF8_INVALID' } : { text }
  }

  function textOf(bytes: Uint8Array): string | undefined {
    try {
      return decoder.decode(bytes)
    } catch {
      return undefined
    }
  }

  /** @param bytes whole lines, the last line feed included */
  function pushWhole(bytes: Uint8Array, lines: PayloadOf<typeof Line>[]): void {
    const text = textOf(bytes)
    if (text === undefined) pushOneByOne(bytes, lines)
    else pushTexts(text, lines)
  }

  function pushTexts(text: string, lines: PayloadOf<typeof Line>[]): void {
    for (let start = 0; start < text.length; ) {
      const feed = text.indexOf('\n', start)
      const end = text.charCodeAt(feed - 1) === carriageReturn && feed > start ? feed - 1 : feed
      lines.push(isTooLong(text, start, end) ? { text: '', fault: 'LINE_TOO_LONG' } : { text: text.slice(start, end) })
      start = feed + 1
    }
  }

  /** A UTF-16 unit is at most three bytes of UTF-8, so almost no line has to be measured. */
  function isTooLong(text: string, start: number, end: number): boolean {
    return (end - start) * 3 > maxLineBytes && Buffer.byteLength(text.slice(start, end)) > maxLineBytes
  }

  function pushOneByOne(bytes: Uint8Array, lines: PayloadOf<typeof Line>[]): void {
    for (let start = 0; start < bytes.length; ) {
      const feed = bytes.indexOf(lineFeed, start)
      lines.push(lineOf(bytes.subarray(start, feed)))
      start = feed + 1
    }
  }

  return {
    push(chunk) {
      const first = chunk.indexOf(lineFeed)
      hold(first < 0 ? chunk : chunk.subarray(0, first))
      if (first < 0) return []
      const lines = [takeHeld()]
      const afterLast = chunk.lastIndexOf(lineFeed) + 1
      if (afterLast > first + 1) pushWhole(chunk.subarray(first + 1, afterLast), lines)
      hold(chunk.subarray(afterLast))
      return lines
    },
    end: () => (heldBytes > 0 ? [takeHeld()] : []),
  }
}

function grown(bytes: Uint8Array, neededBytes: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(neededBytes, 2 * bytes.length))
  larger.set(bytes)
  return larger
}

function startsWithMark(bytes: Uint8Array, length: number): boolean {
  return length >= byteOrderMark.length && byteOrderMark.every((byte, index) => bytes[index] === byte)
}
