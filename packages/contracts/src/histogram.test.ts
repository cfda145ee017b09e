import { describe, expect, it } from '@jest/globals'
import { addHistograms, histogramSince, quantile } from './histogram.js'
import { durationBounds, type HistogramValue } from './metrics.js'

/** So many values in the bucket below each bound that is given, in seconds. */
function histogram(inside: Readonly<Record<number, number>>): HistogramValue {
  const buckets = [...durationBounds, Number.POSITIVE_INFINITY].map((bound) => inside[bound] ?? 0)
  const count = buckets.reduce((all, here) => all + here, 0)
  return { count, sum: count / 10, buckets }
}

describe('quantile', () => {
  it('lies within its bucket as far as the part reaches into it', () => {
    expect(quantile(histogram({ 0.001: 10 }), 0.5)).toBeCloseTo(0.000_75)
    expect(quantile(histogram({ 0.001: 99, 1: 1 }), 0.99)).toBeCloseTo(0.001)
    expect(quantile(histogram({ 0.001: 98, 1: 2 }), 0.99)).toBeCloseTo(0.75)
  })

  it('is the last bound for what is above it, and nothing where there is nothing', () => {
    expect(quantile(histogram({ [Number.POSITIVE_INFINITY]: 1 }), 0.5)).toBe(30)
    expect(quantile(histogram({}), 0.5)).toBeUndefined()
  })
})

it('takes away what was there before, and adds what another process has', () => {
  const [before, more] = [histogram({ 0.001: 2, 1: 1 }), histogram({ 0.001: 1, 5: 4 })]
  const now = addHistograms(before, more)
  expect(now.count).toBe(8)
  expect(histogramSince(now, before)).toEqual({ ...more, sum: expect.closeTo(more.sum) })
  expect(histogramSince(now, undefined)).toBe(now)
})
