import { writeU32 } from './frame-layout.js'

/** Shorter texts are written letter by letter: a call into native code costs more. */
const shortText = 24

/** Writes values one after the other. Whoever uses it has made sure that there is room: see {@link textRoom}. */
export class ByteWriter {
  bytes: Buffer
  at: number

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes
    this.at = at
  }

  u8(value: number): void {
    this.bytes[this.at++] = value
  }

  /** Seven bits a byte, the lowest first, the top bit set on all bytes but the last. @throws RangeError */
  varint(value: number): void {
    if ((value | 0) !== value || value < 0) return this.#longVarint(value)
    let rest = value
    while (rest >= 128) {
      this.bytes[this.at++] = rest | 128
      rest >>>= 7
    }
    this.bytes[this.at++] = rest
  }

  /** UTF-8 after its length in bytes. */
  text(text: string): void {
    if (text.length < shortText && this.#shortAscii(text)) return
    // A length of one byte is by far the commonest: written first, and moved when that was wrong.
    const start = this.at + 1
    const length = this.bytes.write(text, start)
    if (length >= 128) this.bytes.copyWithin(start + varintBytes(length) - 1, start, start + length)
    this.varint(length)
    this.at += length
  }

  /** UTF-8 after its length in four bytes. */
  longText(text: string): void {
    const length = this.bytes.write(text, this.at + 4)
    writeU32(this.bytes, this.at, length)
    this.at += 4 + length
  }

  /** Bytes after their number in four bytes. */
  longBytes(bytes: Uint8Array): void {
    writeU32(this.bytes, this.at, bytes.length)
    this.bytes.set(bytes, this.at + 4)
    this.at += 4 + bytes.length
  }

  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
  }

  f64(value: number): void {
    this.at = this.bytes.writeDoubleBE(value, this.at)
  }

  /** Beyond 31 bits there are no bit operations. */
  #longVarint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new RangeError(`${value} cannot be sent where a whole number from 0 to 2^53 - 1 is meant`)
    let rest = value
    while (rest >= 128) {
      this.bytes[this.at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    this.bytes[this.at++] = rest
  }

  /** @returns false, with nothing written that counts, when a letter is not ASCII */
  #shortAscii(text: string): boolean {
    const { bytes } = this
    let at = this.at
    bytes[at++] = text.length
    for (let index = 0; index < text.length; index++) {
      const letter = text.charCodeAt(index)
      if (letter > 127) return false
      bytes[at++] = letter
    }
    this.at = at
    return true
  }
}

/** The most that a text can take, with its length. */
export function textRoom(text: string): number {
  return 3 * text.length + 5
}

/** The most that a varint can take. */
export const varintRoom = 8

function varintBytes(value: number): number {
  let bytes = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++
  return bytes
}
