import { describe, expect, it } from '@jest/globals'
import type { Reason } from '../reasons.js'
import { createTally } from './tally.js'

describe('createTally', () => {
  it.each<[string, Reason[], object]>([
    ['nothing', [], { lines: 0, accepted: 0, declined: {}, malformed: {} }],
    [
      'some of each',
      ['ACCEPTED', 'REPLAY', 'TIME_INVALID', 'REPLAY', 'DAILY_COUNT', 'ACCEPTED', 'ACCEPTED'],
      { lines: 7, accepted: 3, declined: { REPLAY: 2, DAILY_COUNT: 1 }, malformed: { TIME_INVALID: 1 } },
    ],
  ])('counts %s', (_, reasons, report) => {
    const tally = createTally()
    reasons.forEach(tally.count)
    expect(tally.report()).toEqual(report)
  })
})
