import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { macBytes } from './frame-layout.js'

/** Signs and checks whole frames with one key, which nothing shows again. */
export class FrameSigner {
  readonly #key: KeyObject

  constructor(key: Uint8Array) {
    this.#key = createSecretKey(key)
  }

  /** Fills in the last bytes of a frame that is otherwise complete. */
  sign(frame: Buffer): void {
    const signed = frame.length - macBytes
    frame.set(this.#mac(frame, signed), signed)
  }

  /** Tells in constant time whether a frame was signed with this key and not touched since. */
  verifies(frame: Buffer): boolean {
    const signed = frame.length - macBytes
    return timingSafeEqual(this.#mac(frame, signed), frame.subarray(signed))
  }

  #mac(frame: Buffer, signed: number): Buffer {
    return createHmac('sha256', this.#key).update(frame.subarray(0, signed)).digest()
  }
}
