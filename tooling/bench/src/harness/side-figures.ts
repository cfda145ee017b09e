import type { SideRow } from './bench.js'
import { pairedRatio, type Spread, spreadOf } from './statistics.js'

/** What one side came to in one round. */
export interface SideMeasurement {
  readonly units: number
  readonly wallMs: number
  /** Time on processors, everybody who took part together. */
  readonly cpuMs: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** The sides of one round, measured one after the other. */
export type SideRound<Side extends string> = Readonly<Partial<Record<Side, SideMeasurement>>>

/** What is compared of two sides. */
export type SideFigure = 'rate' | 'cpu' | 'p99'

const figures: Readonly<Record<SideFigure, (measured: SideMeasurement) => number>> = {
  rate: perSecond,
  cpu: cpuUs,
  p99: ({ p99Ms }) => p99Ms,
}

/** The ratio of two sides, within each round. @throws RangeError when one of them has not been measured in each */
export function sideRatio<Side extends string>(
  rounds: readonly SideRound<Side>[],
  of: SideFigure,
  above: Side,
  below: Side,
): Spread {
  const figure = figures[of]
  return pairedRatio(
    rounds,
    (round) => figure(measuredOf(round, above)),
    (round) => figure(measuredOf(round, below)),
  )
}

/** What a side is called in tables, and beside whom it stands there. */
export interface SideRowNames<Side extends string> {
  readonly names: Readonly<Record<Side, string>>
  readonly side: Side
  readonly floor: Side
}

/** The row of a side. @throws RangeError when it has not been measured in each round */
export function sideRow<Side extends string>(
  rounds: readonly SideRound<Side>[],
  { names, side, floor }: SideRowNames<Side>,
): SideRow {
  const middle = (figure: (measured: SideMeasurement) => number): number =>
    spreadOf(rounds.map((round) => figure(measuredOf(round, side)))).median
  return {
    side: names[side],
    floor: names[floor],
    ratio: sideRatio(rounds, 'rate', side, floor).median,
    perSecond: middle(perSecond),
    cpuUs: middle(cpuUs),
    p50Ms: middle(({ p50Ms }) => p50Ms),
    p99Ms: middle(({ p99Ms }) => p99Ms),
  }
}

function measuredOf<Side extends string>(round: SideRound<Side>, side: Side): SideMeasurement {
  const measured = round[side]
  if (measured === undefined) throw new RangeError(`${side} has not been measured in this round`)
  return measured
}

function perSecond({ units, wallMs }: SideMeasurement): number {
  return (units / wallMs) * 1000
}

function cpuUs({ units, cpuMs }: SideMeasurement): number {
  return (cpuMs * 1000) / units
}
