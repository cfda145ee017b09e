import { durationBounds, type HistogramValue } from './metrics.js'

/** What two histograms of one metric come to. */
export function addHistograms(one: HistogramValue, other: HistogramValue): HistogramValue {
  return combined(one, other, 1)
}

/** What a histogram has counted since an earlier look at it. */
export function histogramSince(now: HistogramValue, before: HistogramValue | undefined): HistogramValue {
  return before === undefined ? now : combined(now, before, -1)
}

function combined(one: HistogramValue, other: HistogramValue, sign: 1 | -1): HistogramValue {
  return {
    count: one.count + sign * other.count,
    sum: one.sum + sign * other.sum,
    buckets: one.buckets.map((inside, index) => inside + sign * (other.buckets[index] ?? 0)),
  }
}

/**
 * The value below which a part of the values lie, in seconds: within its bucket as far as the part reaches into it, as Prometheus
 * reckons it. For what is above the last bound, that bound.
 *
 * @param part from 0 to 1
 * @returns undefined where there are no values
 * @see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
export function quantile({ count, buckets }: HistogramValue, part: number): number | undefined {
  if (count <= 0) return undefined
  const rank = part * count
  let below = 0
  for (const [index, upper] of durationBounds.entries()) {
    const inside = buckets[index] ?? 0
    if (inside > 0 && below + inside >= rank) {
      const lower = durationBounds[index - 1] ?? 0
      return lower + ((upper - lower) * (rank - below)) / inside
    }
    below += inside
  }
  return durationBounds.at(-1)
}
