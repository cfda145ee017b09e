import { addHistograms, type HistogramValue, histogramSince, type MetricSamples, quantile } from '@millrace/contracts'

/** How messages to a group have fared between two looks. */
export interface HopTraffic {
  /** The group that they were sent to. */
  readonly to: string
  readonly perSecond: number
  /** From sending until all that came of it was done, in milliseconds; undefined where nothing was. */
  readonly p50Ms: number | undefined
  readonly p99Ms: number | undefined
}

/** What was sent and what was refused. */
export interface Traffic {
  readonly hops: readonly HopTraffic[]
  /** Since the start, by error code. */
  readonly refusals: Readonly<Record<string, number>>
}

/** Reads the metrics of an application. @param seconds between the two looks; 0 where there was none before */
export function trafficOf(now: MetricSamples, before: MetricSamples, seconds: number): Traffic {
  const earlier = durationsByGroup(before)
  return {
    hops: [...durationsByGroup(now)].map(([to, durations]) => hopTraffic(to, durations, earlier.get(to), seconds)),
    refusals: refusalsByCode(now),
  }
}

function hopTraffic(to: string, now: HistogramValue, before: HistogramValue | undefined, seconds: number): HopTraffic {
  const since = histogramSince(now, before)
  const inMs = (part: number): number | undefined => {
    const value = quantile(since, part)
    return value === undefined ? undefined : Number((value * 1000).toPrecision(2))
  }
  return { to, perSecond: seconds > 0 ? Math.round(since.count / seconds) : 0, p50Ms: inMs(0.5), p99Ms: inMs(0.99) }
}

function durationsByGroup(samples: MetricSamples): ReadonlyMap<string, HistogramValue> {
  const groups = new Map<string, HistogramValue>()
  for (const { name, labels, value } of samples) {
    if (name !== 'millrace_hop_duration_seconds' || typeof value === 'number') continue
    const { to = '' } = labels
    const others = groups.get(to)
    groups.set(to, others === undefined ? value : addHistograms(others, value))
  }
  return groups
}

function refusalsByCode(samples: MetricSamples): Readonly<Record<string, number>> {
  const codes: Record<string, number> = {}
  for (const { name, labels, value } of samples) {
    const { code = '' } = labels
    if (name === 'millrace_refusals_total' && typeof value === 'number') codes[code] = (codes[code] ?? 0) + value
  }
  return codes
}
