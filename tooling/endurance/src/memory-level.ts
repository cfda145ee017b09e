import { readFileSync } from 'node:fs'

/** How often memory is looked at, in milliseconds. */
const sampleMs = 100
const warmUpRounds = 10
const comparedRounds = 10
const pageBytes = 4096
const mebibyte = 1_048_576

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
  readonly #rounds = new Map<string, number[][]>()
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
   * rounds of warm-up, and 4 MB.
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
      const bytes = residentBytes(pid)
      if (bytes === undefined) continue
      let rounds = this.#rounds.get(place)
      if (rounds === undefined) {
        rounds = [[]]
        this.#rounds.set(place, rounds)
      }
      rounds.at(-1)?.push(bytes)
    }
  }
}

/** Whether the memory of a place is level over rounds; undefined for too few of them. */
export function levelOf(place: string, rounds: readonly (readonly number[])[]): Level | undefined {
  if (rounds.length < 2 * comparedRounds) return undefined
  const firstBytes = median(rounds.slice(0, comparedRounds).flat())
  const lastBytes = median(rounds.slice(-comparedRounds).flat())
  return { place, firstBytes, lastBytes, level: lastBytes <= 1.05 * firstBytes + 4 * mebibyte }
}

/** @returns undefined for a process that is gone */
function residentBytes(pid: number): number | undefined {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
    return pages > 0 ? pages * pageBytes : undefined
  } catch {
    return undefined
  }
}

/** @throws RangeError without values */
export function median(values: readonly number[]): number {
  const value = [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
  if (value === undefined) throw new RangeError('there is no median of nothing')
  return value
}
