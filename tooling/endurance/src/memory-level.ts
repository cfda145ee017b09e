import { statOf } from './process-stat.js'

/** How often memory is looked at, in milliseconds. */
const sampleMs = 100
const warmUpRounds = 10
const comparedRounds = 10
/** A process that has just started has less than one that has worked: how long that takes, and how finely it is looked at. */
const youngMs = 60_000
const ageStepMs = 5000
const mebibyte = 1_048_576

/** The memory of a process at some time. */
export interface Sample {
  readonly bytes: number
  /** How long the process had lived. */
  readonly ageMs: number
}

/** What the memory of one place did over the rounds. */
export interface Level {
  readonly place: string
  /** Medians of the first and of the last rounds after the warm-up, in bytes. */
  readonly firstBytes: number
  readonly lastBytes: number
  readonly level: boolean
}

/**
 * Watches the resident memory of processes over rounds. A place is where a process stands, such as a slot: who replaces a
 * process takes its place.
 */
export class MemoryWatch {
  readonly #places: () => ReadonlyMap<string, number>
  readonly #rounds = new Map<string, Sample[][]>()
  readonly #timer: NodeJS.Timeout

  /** @param places the pid in each place now */
  constructor(places: () => ReadonlyMap<string, number>) {
    this.#places = places
    this.#timer = setInterval(() => this.sample(), sampleMs)
    this.#timer.unref()
  }

  /** The samples that follow belong to another round. */
  nextRound(): void {
    for (const rounds of this.#rounds.values()) rounds.push([])
  }

  /**
   * Ends it. Memory is level when the median of the last ten rounds is at most 1.05 times that of the first ten after ten
   * rounds of warm-up, and 4 MB. Processes are compared with processes of their age.
   *
   * @returns nothing for places with fewer rounds than that takes
   */
  end(): readonly Level[] {
    clearInterval(this.#timer)
    return [...this.#rounds].flatMap(([place, rounds]) => levelOf(place, rounds.slice(warmUpRounds)) ?? [])
  }

  /** Looks once. It also does so by itself, every 100 ms. */
  sample(): void {
    for (const [place, pid] of this.#places()) {
      const stat = statOf(pid)
      if (stat === undefined) continue
      let rounds = this.#rounds.get(place)
      if (rounds === undefined) {
        rounds = [[]]
        this.#rounds.set(place, rounds)
      }
      rounds.at(-1)?.push({ bytes: stat.residentBytes, ageMs: stat.ageMs })
    }
  }
}

/** Whether the memory of a place is level over rounds; undefined for too few of them. */
export function levelOf(place: string, rounds: readonly (readonly Sample[])[]): Level | undefined {
  if (rounds.length < 2 * comparedRounds) return undefined
  const first = byAge(rounds.slice(0, comparedRounds).flat())
  const last = byAge(rounds.slice(-comparedRounds).flat())
  const inBoth = [...first.keys()].filter((age) => last.has(age))
  const ages = inBoth.length > 0 ? inBoth : undefined
  const [firstBytes, lastBytes] = [meanOfMedians(first, ages), meanOfMedians(last, ages)]
  return { place, firstBytes, lastBytes, level: lastBytes <= 1.05 * firstBytes + 4 * mebibyte }
}

/** Samples of young processes by age, and all others together. */
function byAge(samples: readonly Sample[]): ReadonlyMap<number, readonly number[]> {
  const ages = new Map<number, number[]>()
  for (const { bytes, ageMs } of samples) {
    const age = Math.floor(Math.min(ageMs, youngMs) / ageStepMs)
    const same = ages.get(age)
    if (same === undefined) ages.set(age, [bytes])
    else same.push(bytes)
  }
  return ages
}

/** @param ages those that count; undefined for all */
function meanOfMedians(byAge: ReadonlyMap<number, readonly number[]>, ages = [...byAge.keys()]): number {
  return ages.reduce((sum, age) => sum + median(byAge.get(age) ?? []), 0) / ages.length
}

/** @throws RangeError without values */
export function median(values: readonly number[]): number {
  const value = [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
  if (value === undefined) throw new RangeError('there is no median of nothing')
  return value
}
