import type { Root } from '../runner/root.js'
import type { Work } from '../runner/work.js'

/** How many roots, and bytes of their payloads, may be unfinished at once. */
export interface InFlightLimits {
  readonly maxRoots: number
  readonly maxBytes: number
}

/**
 * The roots of this origin that are not done. Sources wait while there are as many as admission allows; requests are refused.
 * A root that is done before its call returns never gets here.
 */
export class InFlight {
  readonly #limits: InFlightLimits
  /** Each knows its place. A map that roots come to and leave all the time would keep them from the garbage collector. */
  readonly #roots: Root[] = []
  readonly #bytesOf: number[] = []
  readonly #blocked: Work[] = []
  readonly #wake: (work: Work) => void
  /** The room there is goes to whoever has waited longest; who has more than that stands behind all others then. */
  readonly #turns: Work = {
    run: () => {
      this.#isWoken = false
      while (!this.full && this.#blocked.length > 0) this.#blocked.shift()?.run()
    },
  }
  #isWoken = false
  #bytes = 0
  #idle: (() => void)[] = []

  /** @param wake has work done in its turn */
  constructor(limits: InFlightLimits, wake: (work: Work) => void) {
    this.#limits = limits
    this.#wake = wake
  }

  get length(): number {
    return this.#roots.length
  }

  get maxRoots(): number {
    return this.#limits.maxRoots
  }

  get bytes(): number {
    return this.#bytes
  }

  get full(): boolean {
    return this.#roots.length >= this.#limits.maxRoots || this.#bytes >= this.#limits.maxBytes
  }

  /** @param bytes about how much the root's payload takes */
  add(root: Root, bytes: number): void {
    root.place = this.#roots.length
    this.#roots.push(root)
    this.#bytesOf.push(bytes)
    this.#bytes += bytes
  }

  /** The root is done; nothing happens if it never was among them. */
  remove(root: Root): void {
    const { place } = root
    if (place < 0) return
    root.place = -1
    this.#bytes -= this.#bytesOf[place] ?? 0
    const [last, bytes] = [this.#roots.pop(), this.#bytesOf.pop()]
    if (last !== undefined && last !== root) {
      last.place = place
      this.#roots[place] = last
      this.#bytesOf[place] = bytes ?? 0
    }
    this.#unblock()
    if (this.#roots.length === 0 && this.#idle.length > 0) this.#tellIdle()
  }

  /** Work to be woken when there is room again. */
  block(work: Work): void {
    this.#blocked.push(work)
  }

  /** As `block`, before all that is blocked already. */
  blockFirst(work: Work): void {
    this.#blocked.unshift(work)
  }

  /** Every root that is not done. */
  roots(): readonly Root[] {
    return [...this.#roots]
  }

  /** Resolves when no root is left. */
  idle(): Promise<void> {
    if (this.#roots.length === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #unblock(): void {
    if (this.#blocked.length === 0 || this.full || this.#isWoken) return
    this.#isWoken = true
    this.#wake(this.#turns)
  }

  #tellIdle(): void {
    for (const tell of this.#idle.splice(0)) tell()
  }
}
