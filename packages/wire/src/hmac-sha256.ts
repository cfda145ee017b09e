import { hash } from 'node:crypto'

/** SHA-256 works on blocks of this size. HMAC begins each of its two hashes with one that holds the padded key. */
const blockBytes = 64
const digestBytes = 32

/**
 * HMAC-SHA-256 with one key, which nothing shows again.
 *
 * An HMAC object of Node costs more than the hashing of a small frame, twice as much again in a process that has just been woken.
 * So this is what RFC 2104 defines, two hashes that are one call each, over a copy of the bytes behind the padded key.
 *
 * @see https://www.rfc-editor.org/rfc/rfc2104
 */
export class HmacSha256 {
  /** The inner padded key, then room for what is signed. */
  #inner: Buffer
  /** The outer padded key, then the inner hash. */
  readonly #outer: Buffer

  /** @throws RangeError for a key that is longer than a block: none of the key schedule is */
  constructor(key: Uint8Array) {
    if (key.length > blockBytes) throw new RangeError(`a key of ${key.length} bytes does not fit a block of SHA-256`)
    this.#inner = padded(key, 0x36, blockBytes)
    this.#outer = padded(key, 0x5c, blockBytes + digestBytes)
  }

  /**
   * @param length how many of the bytes count, from the first on: a view of so many would cost more than to copy the rest too
   * @returns a text of one letter for each byte: a Buffer of its own costs more than the hashing of a small frame
   */
  of(bytes: Uint8Array, length: number): string {
    const room = blockBytes + bytes.length
    if (room > this.#inner.length) this.#inner = grown(this.#inner, room)
    this.#inner.set(bytes, blockBytes)
    putLetters(hash('sha256', this.#inner.subarray(0, blockBytes + length), 'binary'), this.#outer, blockBytes)
    return hash('sha256', this.#outer, 'binary')
  }
}

/** Writes a text of one letter for each byte. Letter by letter: a call into native code costs more for so few. */
export function putLetters(letters: string, into: Buffer, at: number): void {
  for (let index = 0; index < letters.length; index++) into[at + index] = letters.charCodeAt(index)
}

/** The key, filled up to a block with zeros and mixed with a byte, at the beginning of as many bytes as asked for. */
function padded(key: Uint8Array, mixed: number, bytes: number): Buffer {
  const block = Buffer.alloc(bytes)
  block.set(key)
  for (let index = 0; index < blockBytes; index++) block[index] = (block[index] ?? 0) ^ mixed
  return block
}

/** The same padded key with more room behind it; its old memory does not keep it. */
function grown(inner: Buffer, needed: number): Buffer {
  const larger = Buffer.alloc(2 * needed)
  inner.copy(larger, 0, 0, blockBytes)
  inner.fill(0)
  return larger
}
