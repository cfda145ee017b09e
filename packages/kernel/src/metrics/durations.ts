import { durationBounds, type HistogramValue } from '@millrace/contracts'

/** Durations counted by size, in the buckets that every histogram has. */
export class Durations {
  readonly #buckets = new Array<number>(durationBounds.length + 1).fill(0)
  #count = 0
  #sumMs = 0

  /** @param ms less than nothing, as a clock that is asked rarely may say, counts as nothing */
  add(ms: number): void {
    const seconds = ms / 1000
    let bucket = 0
    for (; bucket < durationBounds.length; bucket++) if (seconds <= (durationBounds[bucket] ?? 0)) break
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1
    this.#count++
    this.#sumMs += Math.max(0, ms)
  }

  get count(): number {
    return this.#count
  }

  /** What has been counted until now. */
  value(): HistogramValue {
    return { count: this.#count, sum: this.#sumMs / 1000, buckets: [...this.#buckets] }
  }
}
