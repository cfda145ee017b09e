import type { ByteReader } from './byte-reader.js'

/** Longer texts are decoded each time. */
const mostKnownBytes = 64

/**
 * Reads a text that is mostly the same as last time: then it gives that very string. Comparing a few bytes costs less than
 * decoding them, and a string that was a key before is found sooner than one that is new.
 */
export class KnownText {
  #bytes: Uint8Array = new Uint8Array(0)
  #text = ''

  /** Reads what `from.text()` would. @throws MillraceError SEC_FRAME_MALFORMED */
  read(from: ByteReader): string {
    const start = from.at
    const length = this.#bytes.length
    if (length > 0 && from.startsWith(this.#bytes)) {
      from.at = start + length
      return this.#text
    }
    this.#text = from.text()
    const read = from.at - start
    this.#bytes = read > mostKnownBytes ? new Uint8Array(0) : new Uint8Array(from.bytes.subarray(start, from.at))
    return this.#text
  }
}
