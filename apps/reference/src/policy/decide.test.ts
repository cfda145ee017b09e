import { describe, expect, it } from '@jest/globals'
import type { PayloadOf } from '@millrace/contracts'
import { createStateView } from '../../test/state-view.js'
import { type CanonicalAttempt, Decision } from '../messages.js'
import type { Reason } from '../reasons.js'
import { baselineDecide, experimentDecide } from './decide.js'

type Canonical = PayloadOf<typeof CanonicalAttempt>

const limits = { attempts_per_day: 3, cents_per_day: 500_000, cents_per_week: 2_000_000 }
const primeLimits = { ...limits, cents_per_prime: 999_900, primes_per_day: 1 }

/** An attempt of a customer on a day of the week that begins with day 4, a Monday. */
function attempt(day: number, effective_cents: number, customer_id = '528', prime = false): Canonical {
  const week = day - ((day + 3) % 7)
  return {
    id: '7',
    customer_id,
    day,
    customer_day: `${customer_id}:${day}`,
    customer_week: `${customer_id}:${week}`,
    effective_cents,
    prime,
  }
}

function prime(day: number, effective_cents: number, customer_id = '528'): Canonical {
  return attempt(day, effective_cents, customer_id, true)
}

/** The reasons, one after the other on one state. */
function baselineReasons(attempts: readonly Canonical[]): Reason[] {
  const [days, weeks] = [new Map(), new Map()]
  return attempts.map((each) =>
    reasonOf(
      baselineDecide.handle(each, {
        config: limits,
        state: {
          days: createStateView(days, [each.customer_day]),
          weeks: createStateView(weeks, [each.customer_week]),
        },
      }),
    ),
  )
}

function experimentReasons(attempts: readonly Canonical[]): Reason[] {
  const [days, weeks, primes] = [new Map(), new Map(), new Map()]
  return attempts.map((each) =>
    reasonOf(
      experimentDecide.handle(each, {
        config: primeLimits,
        state: {
          days: createStateView(days, [each.customer_day]),
          weeks: createStateView(weeks, [each.customer_week]),
          primes: createStateView(primes, experimentDecide.state.primes?.keys(each as never) ?? []),
        },
      }),
    ),
  )
}

function reasonOf(emission: unknown): Reason {
  return (emission as ReturnType<typeof Decision.of>).payload.reason
}

describe('decide, both scenarios', () => {
  it.each([
    [
      'three attempts a day are allowed, whatever became of them',
      [attempt(4, 500_001), attempt(4, 1), attempt(4, 1), attempt(4, 1), attempt(4, 1)],
      ['DAILY_AMOUNT', 'ACCEPTED', 'ACCEPTED', 'DAILY_COUNT', 'DAILY_COUNT'],
    ],
    [
      'the count comes before the amount',
      [attempt(4, 0), attempt(4, 0), attempt(4, 0), attempt(4, 500_001)],
      ['ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'DAILY_COUNT'],
    ],
    [
      'the sum of the day may reach 5,000.00',
      [attempt(4, 499_999), attempt(4, 2), attempt(4, 1)],
      ['ACCEPTED', 'DAILY_AMOUNT', 'ACCEPTED'],
    ],
    [
      'the next day begins at nothing',
      [attempt(4, 500_000), attempt(4, 1), attempt(5, 500_000)],
      ['ACCEPTED', 'DAILY_AMOUNT', 'ACCEPTED'],
    ],
    [
      'the sum of the week may reach 20,000.00',
      [
        attempt(4, 500_000),
        attempt(5, 500_000),
        attempt(6, 500_000),
        attempt(10, 499_999),
        attempt(9, 2),
        attempt(9, 1),
      ],
      ['ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'WEEKLY_AMOUNT', 'ACCEPTED'],
    ],
    [
      'the next week begins at nothing',
      [
        attempt(4, 500_000),
        attempt(5, 500_000),
        attempt(6, 500_000),
        attempt(7, 500_000),
        attempt(8, 1),
        attempt(11, 1),
      ],
      ['ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'WEEKLY_AMOUNT', 'ACCEPTED'],
    ],
    [
      'the day comes before the week',
      [attempt(4, 500_000), attempt(5, 500_000), attempt(6, 500_000), attempt(7, 500_000), attempt(7, 1)],
      ['ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'DAILY_AMOUNT'],
    ],
    [
      'a late attempt counts in its own day',
      [attempt(5, 1), attempt(4, 500_000), attempt(5, 499_999), attempt(4, 1)],
      ['ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'DAILY_AMOUNT'],
    ],
    ['customers do not share windows', [attempt(4, 500_000), attempt(4, 500_000, '0528')], ['ACCEPTED', 'ACCEPTED']],
  ])('%s', (_, attempts, expected) => {
    expect([baselineReasons(attempts), experimentReasons(attempts)]).toEqual([expected, expected])
  })

  it('answers with the ids', () => {
    const days = createStateView(new Map(), ['528:4'])
    const weeks = createStateView(new Map(), ['528:4'])
    expect(baselineDecide.handle(attempt(4, 1), { config: limits, state: { days, weeks } })).toEqual(
      Decision.of({ id: '7', customer_id: '528', accepted: true, reason: 'ACCEPTED' }),
    )
  })
})

describe('decide, the rules of the experiment', () => {
  it.each([
    [
      'a prime of 9,999.00 is still too much for a day',
      [prime(4, 999_900), prime(4, 999_901)],
      ['DAILY_AMOUNT', 'PRIME_AMOUNT'],
    ],
    [
      'one accepted prime a day over all customers',
      [prime(4, 1, '1'), prime(4, 1, '2'), attempt(4, 1, '2'), prime(5, 1, '2')],
      ['ACCEPTED', 'PRIME_QUOTA', 'ACCEPTED', 'ACCEPTED'],
    ],
    [
      'a declined prime leaves the quota',
      [prime(4, 500_001, '1'), prime(4, 999_901, '2'), prime(4, 0, '3'), prime(4, 1, '4')],
      ['DAILY_AMOUNT', 'PRIME_AMOUNT', 'ACCEPTED', 'PRIME_QUOTA'],
    ],
    ['the amount comes before the quota', [prime(4, 1, '1'), prime(4, 999_901, '2')], ['ACCEPTED', 'PRIME_AMOUNT']],
    [
      'the count comes before both',
      [attempt(4, 1), attempt(4, 1), attempt(4, 1), prime(4, 999_901)],
      ['ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'DAILY_COUNT'],
    ],
    ['the quota comes before the sums', [prime(4, 1, '1'), prime(4, 500_001, '2')], ['ACCEPTED', 'PRIME_QUOTA']],
  ])('%s', (_, attempts, expected) => {
    expect(experimentReasons(attempts)).toEqual(expected)
  })

  it('is the only scenario whose state a partition must not split', () => {
    expect(
      [baselineDecide, experimentDecide].map(({ state }) => Object.values(state).some((use) => use.scope === 'global')),
    ).toEqual([false, true])
  })
})
