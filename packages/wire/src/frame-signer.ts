import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { macBytes } from './frame-layout.js'

/** Signs and checks whole frames with one key, which nothing shows again. */
export class FrameSigner {
  readonly #key: KeyObject
  readonly #expected: Buffer = Buffer.alloc(macBytes)

  constructor(key: Uint8Array) {
    this.#key = createSecretKey(key)
  }

  /** Fills in the last bytes of a frame that is otherwise complete. */
  sign(frame: Buffer): void {
    this.#write(frame, frame, frame.length - macBytes)
  }

  /** Tells in constant time whether a frame was signed with this key and not touched since. */
  verifies(frame: Buffer): boolean {
    this.#write(frame, this.#expected, 0)
    return timingSafeEqual(this.#expected, frame.subarray(frame.length - macBytes))
  }

  /** By way of a text: a digest in a Buffer of its own costs more than the hashing of a small frame. */
  #write(frame: Buffer, into: Buffer, at: number): void {
    const signed = frame.subarray(0, frame.length - macBytes)
    into.write(createHmac('sha256', this.#key).update(signed).digest('binary'), at, 'binary')
  }
}
