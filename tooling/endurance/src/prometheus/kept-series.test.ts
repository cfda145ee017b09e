import { describe, expect, it } from '@jest/globals'
import { wrongCounters } from './kept-series.js'

const scrapes = [1, 2, 3, 4]
const labels = { __name__: 'millrace_requests_total', worker: 'a#1', instance: 'i', job: 'j' }

function wrong(...samples: readonly (readonly [number, number])[]): readonly string[] {
  return wrongCounters([{ labels, samples }], scrapes)
}

describe('wrongCounters', () => {
  it('finds nothing wrong with a counter that grows, or began late', () => {
    expect(wrong([1, 0], [2, 0], [3, 5], [4, 5])).toEqual([])
    expect(wrong([3, 1], [4, 2])).toEqual([])
  })

  it('finds one that goes backwards', () => {
    expect(wrong([1, 3], [2, 4], [3, 2], [4, 9])).toEqual([
      'millrace_requests_total{worker="a#1"} has gone backwards to 2',
    ])
  })

  it('finds one that was away, or has gone', () => {
    expect(wrong([1, 3], [4, 3])).toEqual(['millrace_requests_total{worker="a#1"} was missing from 2 scrapes'])
    expect(wrong([2, 3], [3, 3])).toEqual(['millrace_requests_total{worker="a#1"} was missing from 1 scrapes'])
  })
})
