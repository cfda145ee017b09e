/** How many handshakes may be unfinished; one more closes the oldest. */
export const mostUnfinished = 64

/** How long a handshake may take. */
export const handshakeMs = 2000

/** A handshake that can be given up. */
export interface Abandonable {
  /** Closes its connection. Called at most once, and not after `delete`. */
  abandon(why: 'too slow' | 'too many'): void
}

/**
 * The handshakes of peers that have not shown yet that they hold a key: few at a time, and each for a short while, so that
 * whoever connects costs little.
 */
export class Unfinished {
  readonly #timers = new Map<Abandonable, NodeJS.Timeout>()

  get size(): number {
    return this.#timers.size
  }

  add(handshake: Abandonable): void {
    if (this.#timers.size >= mostUnfinished) this.#abandonOldest()
    this.#timers.set(
      handshake,
      setTimeout(() => this.#judge(handshake), handshakeMs),
    )
  }

  /** It is finished, or its connection is gone. */
  delete(handshake: Abandonable): void {
    clearTimeout(this.#timers.get(handshake))
    this.#timers.delete(handshake)
  }

  #abandonOldest(): void {
    const [oldest] = this.#timers.keys()
    if (oldest !== undefined) this.#abandon(oldest, 'too many')
  }

  /** This process may have been the slow one: what waits in the stream is read before it is judged. */
  #judge(handshake: Abandonable): void {
    setImmediate(() => {
      if (this.#timers.has(handshake)) this.#abandon(handshake, 'too slow')
    })
  }

  #abandon(handshake: Abandonable, why: 'too slow' | 'too many'): void {
    this.delete(handshake)
    handshake.abandon(why)
  }
}
