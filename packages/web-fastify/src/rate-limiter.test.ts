import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createRateLimiter, type RateLimit } from './rate-limiter.js'

/** When a client asks, in milliseconds, in order. */
const times = (pauses: readonly number[]): readonly number[] => {
  let at = 0
  return pauses.map((pause) => {
    at += pause
    return at
  })
}

const limits = fc.record({ requests: fc.integer({ min: 1, max: 20 }), periodMs: fc.integer({ min: 1, max: 5000 }) })
const asked = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 60 }).map(times)

/** Leaves out each time that would be one too many within a period. */
function within({ requests, periodMs }: RateLimit, asking: readonly number[]): readonly number[] {
  const kept: number[] = []
  for (const at of asking) if (!(at - (kept.at(-requests) ?? Number.NEGATIVE_INFINITY) < periodMs)) kept.push(at)
  return kept
}

function waits(limit: RateLimit, asking: readonly number[]): readonly number[] {
  let at = 0
  const limiter = createRateLimiter(limit, () => at)
  return asking.map((time) => {
    at = time
    return limiter.take('ada')
  })
}

/** What those who were refused are told when they come again as they were told to. */
function secondTries(limit: RateLimit, asking: readonly number[]): readonly number[] {
  let at = 0
  const limiter = createRateLimiter(limit, () => at)
  return asking.flatMap((time) => {
    at = Math.max(at, time)
    const wait = limiter.take('ada')
    at += wait
    return wait === 0 ? [] : [limiter.take('ada')]
  })
}

describe('RateLimiter', () => {
  it('WEB-05 refuses nobody who never sends more in a period than is allowed', () => {
    fc.assert(
      fc.property(limits, asked, (limit, asking) => {
        const kept = within(limit, asking)
        expect(waits(limit, kept)).toEqual(kept.map(() => 0))
      }),
    )
  })

  it('WEB-05 takes the request that comes when the refused one was told to', () => {
    fc.assert(
      fc.property(limits, asked, (limit, asking) => {
        const again = secondTries(limit, asking)
        expect(again).toEqual(again.map(() => 0))
      }),
    )
  })

  it('WEB-05 takes no more at once than are allowed in a period, of each client', () => {
    const limiter = createRateLimiter({ requests: 3, periodMs: 1000 }, () => 0)
    const told = ['ada', 'ada', 'ada', 'ada', 'bob'].map((client) => limiter.take(client))
    expect(told).toEqual([0, 0, 0, 334, 0])
  })
})
