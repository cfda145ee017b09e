import { describe, expect, it } from '@jest/globals'
import type { PayloadOf } from '@millrace/contracts'
import { createStateView } from '../../test/state-view.js'
import { CanonicalAttempt, Decision, type FeaturedAttempt } from '../messages.js'
import { idempotency } from './idempotency.js'

const attempt = {
  id: '7',
  customer_id: '528',
  amount_cents: 100,
  instant_ms: 1000,
  day: 0,
  customer_day: '528:0',
  customer_week: '528:-3',
  effective_cents: 200,
  prime: true,
}

/** Handles attempts one after the other, on one state. */
function handleAll(...attempts: PayloadOf<typeof FeaturedAttempt>[]) {
  const space = new Map()
  return attempts.map((each) => idempotency.handle(each, { state: { firsts: createStateView(space, [each.id]) } }))
}

describe('idempotency', () => {
  it('lets the first attempt with an id pass, without what only this node needs', () => {
    const { amount_cents, instant_ms, ...canonical } = attempt
    expect(handleAll(attempt)).toEqual([CanonicalAttempt.of(canonical)])
  })

  it('tells ids apart as they are written', () => {
    expect(handleAll(attempt, { ...attempt, id: '007' }).map((message) => message)).toMatchObject([
      { type: CanonicalAttempt },
      { type: CanonicalAttempt },
    ])
  })

  it.each([
    ['the same customer, instant and amount', {}, 'REPLAY'],
    ['another effective amount', { effective_cents: 100 }, 'REPLAY'],
    ['another customer', { customer_id: '0528' }, 'CONFLICT'],
    ['another instant', { instant_ms: 1001 }, 'CONFLICT'],
    ['another amount', { amount_cents: 101 }, 'CONFLICT'],
  ] as const)('declines a second attempt with %s', (_, change, reason) => {
    const second = { ...attempt, ...change }
    expect(handleAll(attempt, second)[1]).toEqual(
      Decision.of({ id: '7', customer_id: second.customer_id, accepted: false, reason }),
    )
  })

  it('always compares with the first', () => {
    const conflict = { ...attempt, amount_cents: 101 }
    expect(handleAll(attempt, conflict, conflict, attempt).slice(1)).toMatchObject([
      { payload: { reason: 'CONFLICT' } },
      { payload: { reason: 'CONFLICT' } },
      { payload: { reason: 'REPLAY' } },
    ])
  })

  it('declares the id as the only key that an attempt touches', () => {
    expect(idempotency.state.firsts?.keys(attempt as never)).toEqual(['7'])
  })
})
