import type { Budget, Figure, Section } from '../harness/bench.js'
import { startCompanion } from '../harness/companion.js'
import { compile } from '../harness/compile.js'
import { type SideFigure, type SideMeasurement, type SideRound, sideRatio, sideRow } from '../harness/side-figures.js'
import { spreadOf } from '../harness/statistics.js'

/** What is on, with the name that tables have for it. */
export const telemetrySides = {
  off: 'off',
  metrics: 'metrics',
  sampled: 'traces, 1 %',
  fast: 'traces, 100 %, fast receiver',
  slow: 'traces, 100 %, slow receiver',
  dead: 'traces, 100 %, dead receiver',
} as const

/** One of those that are measured. */
export type TelemetrySide = keyof typeof telemetrySides

/** What must be left beside another side. */
export interface TelemetryBudget extends Budget {
  readonly above: TelemetrySide
  readonly below: TelemetrySide
}

/** What one side came to, and how many spans it has lost. */
export interface TelemetryMeasurement extends SideMeasurement {
  readonly lost: number
}

/** What was measured in one round. */
export type TelemetryRound = Readonly<Record<TelemetrySide, TelemetryMeasurement>>

/** Measures one side. @param settings of `runtime.observability` */
export type MeasureTelemetry = (settings: object) => Promise<TelemetryMeasurement>

/** Measures every side in each round, each with a receiver of its own; another one begins each time. */
export async function telemetryRounds(
  { what, rounds, progress }: { readonly what: string; readonly rounds: number; progress(text: string): void },
  measure: MeasureTelemetry,
): Promise<readonly TelemetryRound[]> {
  const program = await compile('otlp-receiver')
  const names = Object.keys(telemetrySides) as TelemetrySide[] // its keys
  const results: TelemetryRound[] = []
  for (let round = 1; round <= rounds; round++) {
    const one: Partial<Record<TelemetrySide, TelemetryMeasurement>> = {}
    const first = round % names.length
    for (const side of [...names.slice(first), ...names.slice(0, first)]) {
      const receiver = await startCompanion({ program, args: [side === 'slow' ? 'slow' : 'fast'] })
      try {
        one[side] = await measure(settingsOf(side, String(receiver.ready.url)))
      } finally {
        await receiver.close()
      }
      progress(`${what}, round ${round}: ${telemetrySides[side]}`)
    }
    results.push(one as TelemetryRound) // every side has been measured
  }
  return results
}

/** What a side is started with. @param url of a receiver that answers as the side asks for */
function settingsOf(side: TelemetrySide, url: string): object {
  if (side === 'off') return {}
  if (side === 'metrics') return { metrics: { exporters: ['otel_otlp'], interval_seconds: 1 }, otlp: { endpoint: url } }
  return {
    metrics: { exporters: ['otel_otlp'], interval_seconds: 1 },
    tracing: { exporters: ['otel_otlp'], sample_ratio: side === 'sampled' ? 0.01 : 1 },
    otlp: { endpoint: side === 'dead' ? 'http://127.0.0.1:9' : url },
  }
}

/** The tables of one measurement. */
export function telemetrySection(
  title: string,
  rounds: readonly TelemetryRound[],
  budgets: readonly TelemetryBudget[],
): Section {
  const lost = (side: TelemetrySide): Figure => ({
    what: `spans and metrics lost, ${telemetrySides[side]}`,
    unit: 'count',
    spread: spreadOf(rounds.map((round) => round[side].lost)),
  })
  const isBudgeted = (above: TelemetrySide): boolean => budgets.some((budget) => budget.above === above)
  const others = (['metrics', 'sampled', 'fast', 'slow', 'dead'] as const).filter((side) => !isBudgeted(side))
  const names = Object.keys(telemetrySides) as TelemetrySide[] // its keys
  return {
    title,
    figures: [
      ...budgets.map(({ above, below, ...budget }) => ({ ...ratioOf(rounds, 'rate', above, below), budget })),
      ...others.map((side) => ratioOf(rounds, 'rate', side, 'off')),
      ...(['metrics', 'sampled', 'fast'] as const).map((side) => ratioOf(rounds, 'cpu', side, 'off')),
      ...(['fast', 'slow', 'dead'] as const).map(lost),
    ],
    sides: names.map((side) => sideRow(rounds, { names: telemetrySides, side, floor: 'off' })),
    rounds,
  }
}

const words: Readonly<Record<SideFigure, string>> = { rate: 'units/s', cpu: 'time on processors', p99: 'p99' }

function ratioOf(
  rounds: readonly SideRound<TelemetrySide>[],
  of: SideFigure,
  above: TelemetrySide,
  below: TelemetrySide,
): Figure {
  return {
    what: `${words[of]}, ${telemetrySides[above]} / ${telemetrySides[below]}`,
    unit: 'ratio',
    spread: sideRatio(rounds, of, above, below),
  }
}
