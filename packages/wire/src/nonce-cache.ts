import { handshakeFailed, replayed } from './refusals.js'

/** How much a nonce cache remembers. */
export interface NonceCacheOptions {
  /** How many nonces it holds; `auth.nonce_cache_size`. */
  readonly capacity: number
  /** How long a frame is accepted; `auth.ttl_seconds`. */
  readonly ttlMs: number
}

/** The hellos of late: each opens at most one handshake. It forgets none that could still be accepted. */
export class NonceCache {
  readonly #capacity: number
  readonly #memoryMs: number
  /** When each may be forgotten, the next first. */
  readonly #seen = new Map<string, number>()

  constructor({ capacity, ttlMs }: NonceCacheOptions) {
    this.#capacity = capacity
    // A hello may be ahead by one ttl, and is then accepted for another.
    this.#memoryMs = 2 * ttlMs
  }

  /** How many nonces it holds. */
  get size(): number {
    return this.#seen.size
  }

  /**
   * Remembers a nonce of a frame whose signature was verified.
   *
   * @param now milliseconds of a clock that never goes back
   * @throws MillraceError SEC_REPLAY when it knows the nonce; SEC_HANDSHAKE_FAILED when it is full
   */
  add(nonce: Uint8Array, now: number): void {
    this.#forgetBefore(now)
    const name = Buffer.from(nonce).toString('latin1')
    if (this.#seen.has(name)) throw replayed('this hello was answered before')
    if (this.#seen.size >= this.#capacity)
      throw handshakeFailed(
        `${this.#capacity} hellos came within ${this.#memoryMs} ms and no more can be remembered; raise auth.nonce_cache_size if they were honest`,
      )
    this.#seen.set(name, now + this.#memoryMs)
  }

  #forgetBefore(now: number): void {
    for (const [name, until] of this.#seen) {
      if (until >= now) return
      this.#seen.delete(name)
    }
  }
}
