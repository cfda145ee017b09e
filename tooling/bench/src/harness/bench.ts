import type { Spread } from './statistics.js'

/** What the command line has asked for. */
export interface BenchSettings {
  /** Rounds that count. */
  readonly rounds: number
  /** Lines of the reference job's input; growth is measured with three times as many. */
  readonly lines: number
  /** Says what has been measured so far. */
  readonly progress: (text: string) => void
}

/** How figures are written. */
export type Unit = 'ratio' | 'count' | 'ns' | 'ms' | 'lines/s' | 'MiB'

/** What a figure must reach, and what it should. */
export interface Budget {
  readonly id: string
  /** Whether more or less is better. */
  readonly better: 'more' | 'less'
  readonly required: number
  readonly goal: number
}

/** One line of the table. */
export interface Figure {
  readonly what: string
  readonly unit: Unit
  readonly spread: Spread
  readonly budget?: Budget
}

/** One of many who have done the same work: medians over all rounds. */
export interface SideRow {
  readonly side: string
  /** Whose rate it is compared with. */
  readonly floor: string
  /** Its rate over that of the floor, paired by rounds. */
  readonly ratio: number
  readonly perSecond: number
  /** Time on processors for each, everybody who took part together. */
  readonly cpuUs: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** What one part of a bench has measured. */
export interface Section {
  readonly title: string
  readonly figures: readonly Figure[]
  /** Everybody who was measured, where there are more than two. */
  readonly sides?: readonly SideRow[]
  /** Every measurement of every round, so that other figures can be made of them later. */
  readonly rounds: readonly unknown[]
}

/** A part of a bench that can be measured by itself. */
export interface BenchPart {
  readonly name: string
  readonly about: string
  measure(settings: BenchSettings): Promise<readonly Section[]>
}

/** Something that `pnpm bench` can measure. */
export interface Bench {
  readonly name: string
  readonly about: string
  /** Lines of the reference job where nothing is said. @default 1_000_000 */
  readonly lines?: number
  readonly parts: readonly BenchPart[]
}

/** How far a figure's median comes. */
export type Verdict = 'goal' | 'required' | 'missed'

/** Compares a figure with what it must reach. */
export function verdictOf({ median }: Spread, { better, required, goal }: Budget): Verdict {
  const reaches = (limit: number): boolean => (better === 'more' ? median >= limit : median <= limit)
  if (reaches(goal)) return 'goal'
  return reaches(required) ? 'required' : 'missed'
}
