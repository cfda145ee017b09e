import { describe, expect, it } from '@jest/globals'
import { median, pairedRatio, percentile, spreadOf } from './statistics.js'

describe('median', () => {
  it.each([
    ['of one value is that value', [7], 7],
    ['of an odd number is the middle one, in order of size', [10, 9, 100], 10],
    ['of an even number is the mean of the two in the middle', [4, 100, 1, 2], 3],
  ])('%s', (_, values, expected) => {
    expect(median(values)).toBe(expected)
  })

  it('leaves the values in their order', () => {
    const values = [3, 1, 2]
    median(values)
    expect(values).toEqual([3, 1, 2])
  })

  it('refuses no values', () => {
    expect(() => median([])).toThrow(new RangeError('there is no median of no values'))
  })
})

describe('spreadOf', () => {
  it('says the middle, the ends and how many there were', () => {
    expect(spreadOf([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5, count: 3 })
  })
})

describe('pairedRatio', () => {
  it('compares within a round, so a slow round does not count as a difference', () => {
    const rounds = [
      { graph: 100, loop: 200 },
      { graph: 10, loop: 20 },
      { graph: 1, loop: 4 },
    ]
    expect(
      pairedRatio(
        rounds,
        ({ graph }) => graph,
        ({ loop }) => loop,
      ),
    ).toEqual({ median: 0.5, min: 0.25, max: 0.5, count: 3 })
  })
})

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1)

  it.each([
    ['the middle', hundred, 0.5, 51],
    ['the 99th of a hundred', hundred, 0.99, 100],
    ['all of them', hundred, 1, 100],
    ['the only one', [7], 0.99, 7],
  ])('is the value that a share is below: %s', (_what, sorted, share, value) => {
    expect(percentile(sorted, share)).toBe(value)
  })

  it('refuses no values', () => {
    expect(() => percentile([], 0.5)).toThrow(RangeError)
  })
})
