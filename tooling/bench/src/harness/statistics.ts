/** What repeated measurements of one thing say together. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly count: number
}

/** @throws RangeError when there are no values */
export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values), count: values.length }
}

/**
 * The middle value; of an even number, the mean of the two in the middle.
 *
 * @throws RangeError when there are no values
 */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.ceil(sorted.length / 2) - 1]
  if (upper === undefined || lower === undefined) throw new RangeError('there is no median of no values')
  return (lower + upper) / 2
}

/**
 * The value that a share of all is below.
 *
 * @param sorted from the least on
 * @throws RangeError when there are no values
 */
export function percentile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  if (value === undefined) throw new RangeError('there is no percentile of no values')
  return value
}

/**
 * The ratio of two figures within each round, so that what slows a whole round down slows both and falls out.
 *
 * @throws RangeError when there are no rounds
 */
export function pairedRatio<Round>(
  rounds: readonly Round[],
  above: (round: Round) => number,
  below: (round: Round) => number,
): Spread {
  return spreadOf(rounds.map((round) => above(round) / below(round)))
}
