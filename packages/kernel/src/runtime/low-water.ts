import type { Json } from '@millrace/contracts'

/** Where a source goes on: the number of the next root, and what the source has called that place. */
export interface ReadingPlace {
  readonly seq: number
  readonly mark: Json
}

/** The roots of one batch. */
interface Stretch {
  readonly first: number
  /** The place after it; undefined where the source has not said. */
  readonly mark: Json | undefined
  /** Number of the root after the last; undefined while more of the batch may enter. */
  end: number | undefined
  /** How many of them are not done. */
  left: number
}

/**
 * How much of what a source has sent is done for good.
 *
 * W1  A place is reached when every root before it is done, in whatever order they end.
 * W2  A batch ends with a place only when all of it has entered.
 * W3  A root that has failed is not done. From then on no place is reached.
 */
export class LowWater {
  readonly #reached: (place: ReadingPlace) => void
  /** The oldest first. */
  readonly #stretches: Stretch[] = []
  #mark: Json | undefined
  #stopped = false

  /** @param reached hears each place that is beyond the one before */
  constructor(reached: (place: ReadingPlace) => void) {
    this.#reached = reached
  }

  /** The source says what the place after the next batch is called. */
  mark(place: Json): void {
    this.#mark = place
  }

  /** A batch begins with this root; the one before has entered. */
  batch(first: number): void {
    this.#close(first)
    this.#stretches.push({ first, mark: this.#mark, end: undefined, left: 0 })
    this.#mark = undefined
  }

  /** A root has entered and is not done. */
  entered(): void {
    const open = this.#stretches.at(-1)
    if (open !== undefined) open.left++
  }

  /** Such a root is done. */
  ended(seq: number): void {
    const stretch = this.#stretches[this.#indexOf(seq)]
    if (stretch === undefined) return
    stretch.left--
    this.#advance()
  }

  /** Everything has entered; the next root would have this number. */
  exhausted(next: number): void {
    this.#close(next)
  }

  /** A root has failed. */
  stop(): void {
    this.#stopped = true
    this.#stretches.length = 0
  }

  #close(end: number): void {
    const open = this.#stretches.at(-1)
    if (open === undefined) return
    open.end = end
    this.#advance()
  }

  #advance(): void {
    let place: ReadingPlace | undefined
    let oldest = this.#stretches[0]
    while (oldest?.end !== undefined && oldest.left === 0) {
      if (oldest.mark !== undefined) place = { seq: oldest.end, mark: oldest.mark }
      this.#stretches.shift()
      oldest = this.#stretches[0]
    }
    if (place !== undefined && !this.#stopped) this.#reached(place)
  }

  /** Of the last batch that begins at or before a root. */
  #indexOf(seq: number): number {
    let [low, high] = [0, this.#stretches.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#stretches[middle]?.first ?? 0) <= seq) low = middle
      else high = middle - 1
    }
    return low
  }
}
