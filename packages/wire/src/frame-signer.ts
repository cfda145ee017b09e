import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto'
import { macBytes } from './frame-layout.js'

/** SHA-256 works on blocks of this size. HMAC begins each of its two hashes with one that holds the padded key. */
const blockBytes = 64

/** Larger frames are hashed where they are: the copy would cost more than an HMAC object does. */
const mostCopiedBytes = 32_768

/**
 * Signs and checks whole frames with one key, which nothing shows again.
 *
 * An HMAC object of Node costs more than the hashing of a small frame, twice as much again in a process that has just been woken.
 * So frames of usual size are signed as RFC 2104 defines it, by two hashes that are one call each, over a copy of the frame behind
 * the padded key.
 *
 * @see https://www.rfc-editor.org/rfc/rfc2104
 */
export class FrameSigner {
  readonly #key: KeyObject
  /** The inner padded key, then room for frames. */
  #inner: Buffer
  /** The outer padded key, then the inner hash. */
  readonly #outer: Buffer
  readonly #expected: Buffer = Buffer.alloc(macBytes)

  /** @throws RangeError for a key that is longer than a block: none of the key schedule is */
  constructor(key: Uint8Array) {
    if (key.length > blockBytes) throw new RangeError(`a key of ${key.length} bytes does not fit a block of SHA-256`)
    this.#key = createSecretKey(key)
    this.#inner = padded(key, 0x36, blockBytes)
    this.#outer = padded(key, 0x5c, blockBytes + macBytes)
  }

  /** Fills in the last bytes of a frame that is otherwise complete. */
  sign(frame: Buffer): void {
    put(this.#signature(frame), frame, frame.length - macBytes)
  }

  /** Tells in constant time whether a frame was signed with this key and not touched since. */
  verifies(frame: Buffer): boolean {
    put(this.#signature(frame), this.#expected, 0)
    return timingSafeEqual(this.#expected, frame.subarray(frame.length - macBytes))
  }

  /** As a text of one letter for each byte: a digest in a Buffer of its own costs more than the hashing of a small frame. */
  #signature(frame: Buffer): string {
    return frame.length > mostCopiedBytes ? this.#streamed(frame) : this.#copied(frame)
  }

  #copied(frame: Buffer): string {
    const room = blockBytes + frame.length
    if (room > this.#inner.length) this.#inner = grown(this.#inner, room)
    this.#inner.set(frame, blockBytes)
    put(hash('sha256', this.#inner.subarray(0, room - macBytes), 'binary'), this.#outer, blockBytes)
    return hash('sha256', this.#outer, 'binary')
  }

  #streamed(frame: Buffer): string {
    const signed = frame.subarray(0, frame.length - macBytes)
    return createHmac('sha256', this.#key).update(signed).digest('binary')
  }
}

/** Letter by letter: a call into native code costs more for so few. */
function put(signature: string, into: Buffer, at: number): void {
  for (let index = 0; index < macBytes; index++) into[at + index] = signature.charCodeAt(index)
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
  const larger = Buffer.alloc(Math.min(2 * needed, blockBytes + mostCopiedBytes))
  inner.copy(larger, 0, 0, blockBytes)
  inner.fill(0)
  return larger
}
