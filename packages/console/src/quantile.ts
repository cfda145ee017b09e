import { durationBounds, type HistogramValue } from '@millrace/contracts'

/**
 * The value below which a part of the values lie, in seconds: within its bucket as far as the part reaches into it. For what is
 * above the last bound, that bound.
 *
 * @param part from 0 to 1
 * @returns undefined where there are no values
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
