/** How many pieces are put together when they are small, and how small they are then all in all. */
const together = 64
const togetherBytes = 64 * 1024

/**
 * Bytes that come in pieces. Each piece costs some hundred bytes beside its own: small ones are put together as they come, so
 * that a client that sends a byte at a time makes no more of its bytes than they are.
 */
export class Pieces {
  #pieces: Buffer[] = []
  /** How many of the last ones have yet to be looked at, and their bytes. */
  #loose = 0
  #looseBytes = 0
  #length = 0

  /** How many bytes there are. */
  get length(): number {
    return this.#length
  }

  /** How many buffers they are kept in. */
  get buffers(): number {
    return this.#pieces.length
  }

  add(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#length += piece.length
    this.#looseBytes += piece.length
    if (++this.#loose < together) return
    if (this.#looseBytes < togetherBytes) this.#pieces.push(Buffer.concat(this.#pieces.splice(-together)))
    this.#loose = 0
    this.#looseBytes = 0
  }

  /** Takes all of them out. */
  take(): Buffer {
    const [only] = this.#pieces
    const whole = this.#pieces.length === 1 && only !== undefined ? only : Buffer.concat(this.#pieces, this.#length)
    this.#pieces = []
    this.#loose = 0
    this.#looseBytes = 0
    this.#length = 0
    return whole
  }
}
