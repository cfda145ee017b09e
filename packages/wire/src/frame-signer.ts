import { timingSafeEqual } from 'node:crypto'
import { BodyTagger, tagBytes } from './body-tagger.js'
import { headerBytes, macBytes, mostHashedBytes } from './frame-layout.js'
import { HmacSha256, putLetters } from './hmac-sha256.js'

/** What signs frames of one kind and direction. */
export interface SigningKeys {
  readonly key: Uint8Array
  /** For the bodies of large frames; a handshake has none. */
  readonly bodyKey?: Uint8Array
}

/**
 * Signs and checks whole frames with the keys of one direction, which nothing shows again.
 *
 * A signature is the HMAC of everything before it, or of the header and a tag of the body where the frame is large. The length,
 * which comes first in both, says which of the two it is.
 */
export class FrameSigner {
  readonly #hmac: HmacSha256
  readonly #tagger: BodyTagger | undefined
  /** Header and tag of a large frame. */
  readonly #summary: Buffer = Buffer.alloc(headerBytes + tagBytes)
  readonly #expected: Buffer = Buffer.alloc(macBytes)

  constructor({ key, bodyKey }: SigningKeys) {
    this.#hmac = new HmacSha256(key)
    this.#tagger = bodyKey && new BodyTagger(bodyKey)
  }

  /** Fills in the last bytes of a frame that is otherwise complete. */
  sign(frame: Buffer): void {
    putLetters(this.#signature(frame), frame, frame.length - macBytes)
  }

  /** Tells in constant time whether a frame was signed with these keys and not touched since. */
  verifies(frame: Buffer): boolean {
    putLetters(this.#signature(frame), this.#expected, 0)
    return timingSafeEqual(this.#expected, frame.subarray(frame.length - macBytes))
  }

  #signature(frame: Buffer): string {
    if (frame.length <= mostHashedBytes) return this.#hmac.of(frame, frame.length - macBytes)
    if (this.#tagger === undefined) throw new RangeError(`no handshake has a frame of ${frame.length} bytes`)
    frame.copy(this.#summary, 0, 0, headerBytes)
    this.#summary.set(this.#tagger.tagOf(frame), headerBytes)
    return this.#hmac.of(this.#summary, this.#summary.length)
  }
}
