import { histogramSince, type MetricSamples, type Plan, quantile } from '@millrace/contracts'
import { type Counts, countSamples, type HopCount } from './count-samples.js'
import type { Count, Flows, HopFlow } from './view.js'

/** How far back a rate looks: one look alone would make 1 per second flicker between 0 and 2. */
const rateMs = 2_000

/** How far back durations are looked at: few hops in half a second say little of a 99th percentile. */
const durationMs = 5_000

/** Makes rates of what has been counted. */
export interface FlowMeter {
  /** @param at milliseconds that only grow */
  measure(at: number, samples: MetricSamples): Flows
  /** Forgets what was counted, where nobody looked for a while. */
  reset(): void
}

interface Moment {
  readonly at: number
  readonly counts: Counts
}

/** Makes a meter for one application. */
export function createFlowMeter(plan: Plan): FlowMeter {
  let past: readonly Moment[] = []
  return {
    measure(at, samples) {
      const counts = countSamples(plan, samples)
      past = past.slice(past.indexOf(since(past, at - durationMs) as Moment)) // all of them where none is that old
      const flows = flowsSince(counts, at, since(past, at - rateMs), since(past, at - durationMs))
      past = [...past, { at, counts }]
      return flows
    },
    reset() {
      past = []
    },
  }
}

/** The last moment before a time, or the first of all. */
function since(past: readonly Moment[], at: number): Moment | undefined {
  return past.findLast((moment) => moment.at <= at) ?? past[0]
}

function flowsSince(now: Counts, at: number, recent: Moment | undefined, older: Moment | undefined): Flows {
  const rate = (total: number, before: number | undefined): number | null =>
    recent === undefined || at <= recent.at ? null : perSecond(total - (before ?? 0), at - recent.at)
  const counts = (of: (counts: Counts) => ReadonlyMap<string, number>): readonly Count[] =>
    [...of(now)]
      .filter(([, total]) => total > 0)
      .map(([name, total]) => ({ name, total, rate: rate(total, recent && (of(recent.counts).get(name) ?? 0)) }))
  return {
    nodes: now.handled.map((total, index) => ({
      rate: rate(total, recent?.counts.handled[index]),
      total,
      queued: now.queued[index] ?? 0,
      lagMs: now.lagMs[index] ?? 0,
    })),
    hops: [...now.hops].map(([name, hop]) => ({
      ...hopFlow(hop, older?.counts.hops.get(name)),
      rate: rate(hop.durations.count, recent?.counts.hops.get(name)?.durations.count),
    })),
    refusals: counts(({ refusals }) => refusals),
    failures: counts(({ failures }) => failures),
    outcomes: counts(({ outcomes }) => outcomes),
    losses: counts(({ losses }) => losses),
  }
}

function hopFlow({ from, to, durations }: HopCount, older: HopCount | undefined): Omit<HopFlow, 'rate'> {
  const recent = histogramSince(durations, older?.durations)
  const inMs = (part: number): number | null => {
    const seconds = quantile(recent, part)
    return seconds === undefined ? null : round(seconds * 1000)
  }
  return { from, to, p50Ms: inMs(0.5), p99Ms: inMs(0.99) }
}

/** What is counted never becomes less; where it seems to, a process has begun anew. */
function perSecond(more: number, ms: number): number {
  return round((Math.max(more, 0) * 1000) / ms)
}

/** Three digits are all that can be read. */
function round(value: number): number {
  return Number(value.toPrecision(3))
}
