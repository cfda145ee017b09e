import { describe, expect, it } from '@jest/globals'
import { durationBounds } from '@millrace/contracts'
import { quantile } from './quantile.js'

/** So many values in the buckets of these bounds, in seconds; Infinity is above the last. */
function histogram(inside: Readonly<Record<number, number>>) {
  const buckets = [...durationBounds, Number.POSITIVE_INFINITY].map((bound) => inside[bound] ?? 0)
  return { buckets, sum: 0, count: buckets.reduce((sum, count) => sum + count, 0) }
}

describe('quantile', () => {
  it.each([
    ['the middle of the only bucket', histogram({ 0.001: 10 }), 0.5, 0.000_75],
    ['the first bucket, which begins at 0', histogram({ 0.0001: 4 }), 0.5, 0.000_05],
    ['the bucket that the rank falls into', histogram({ 0.001: 98, 0.5: 2 }), 0.99, 0.375],
    ['the last bound for what is above it', histogram({ Infinity: 3 }), 0.5, 30],
  ])('gives %s', (_, value, part, expected) => {
    expect(quantile(value, part)).toBeCloseTo(expected, 6)
  })

  it('says nothing of no values', () => {
    expect(quantile(histogram({}), 0.5)).toBeUndefined()
  })
})
