import { isUtf8 } from 'node:buffer'
import { readU32 } from './frame-layout.js'
import { malformed } from './refusals.js'

/** Reads values one after the other, never past the end. Everything it throws is SEC_FRAME_MALFORMED. */
export class ByteReader {
  bytes: Buffer
  at: number
  end: number

  constructor(bytes: Buffer, at: number, end: number) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  get done(): boolean {
    return this.at >= this.end
  }

  /** Whether the bytes that come next are these. */
  startsWith(bytes: Uint8Array): boolean {
    if (bytes.length > this.end - this.at) return false
    for (let index = 0; index < bytes.length; index++) if (this.bytes[this.at + index] !== bytes[index]) return false
    return true
  }

  u8(): number {
    if (this.at >= this.end) throw tooShort()
    return this.bytes[this.at++] ?? 0
  }

  /** @throws MillraceError also when it is larger than 2^53 - 1 or longer than it needs to be */
  varint(): number {
    let value = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.u8()
      value |= (byte & 127) << shift
      if (byte < 128) return shift > 0 && byte === 0 ? badNumber() : value
    }
    return this.#longVarint(value)
  }

  /** A varint that counts things of at least one byte each, so that no number can make a reader allocate more than came. */
  count(): number {
    const count = this.varint()
    if (count > this.end - this.at) throw tooShort()
    return count
  }

  text(): string {
    return this.#textOf(this.count())
  }

  longText(): string {
    return this.#textOf(this.#longCount())
  }

  /** A copy, which outlives the frame. */
  longBytes(): Uint8Array {
    const length = this.#longCount()
    const copy = new Uint8Array(this.bytes.subarray(this.at, this.at + length))
    this.at += length
    return copy
  }

  f64(): number {
    if (this.end - this.at < 8) throw tooShort()
    const value = this.bytes.readDoubleBE(this.at)
    this.at += 8
    return value
  }

  /** As many bytes as asked for; a view. */
  raw(length: number): Buffer {
    if (this.end - this.at < length) throw tooShort()
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  #longCount(): number {
    if (this.end - this.at < 4) throw tooShort()
    const length = readU32(this.bytes, this.at)
    this.at += 4
    if (length > this.end - this.at) throw tooShort()
    return length
  }

  #textOf(length: number): string {
    const start = this.at
    this.at += length
    return readUtf8(this.bytes, start, this.at)
  }

  /** Beyond the first four bytes, for which bit operations do. */
  #longVarint(lowest: number): number {
    let value = lowest
    let scale = 2 ** 28
    for (let bytes = 5; bytes <= 8; bytes++) {
      const byte = this.u8()
      value += (byte & 127) * scale
      if (byte < 128) return byte === 0 || value > Number.MAX_SAFE_INTEGER ? badNumber() : value
      scale *= 128
    }
    return badNumber()
  }
}

function badNumber(): never {
  throw malformed('a number in it is too large, or longer than it needs to be')
}

/** @throws MillraceError SEC_FRAME_MALFORMED when the bytes are no UTF-8 */
export function readUtf8(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString(undefined, start, end)
  // Bytes that are no UTF-8 decode to this letter, as does the letter itself.
  if (text.includes('\ufffd') && !isUtf8(bytes.subarray(start, end))) throw malformed('a text in it is not UTF-8')
  return text
}

function tooShort(): Error {
  return malformed('it ends in the middle of a value')
}
