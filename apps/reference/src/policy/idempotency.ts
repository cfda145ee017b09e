import { defineNode, defineState, type PayloadOf, type StateOf, Type } from '@millrace/contracts'
import { CanonicalAttempt, Decision, FeaturedAttempt } from '../messages.js'

/** What is remembered of the first attempt with an id, for ever. */
export const FirstAttempt = defineState(
  'fund.first-attempt',
  Type.Object({ customer_id: Type.String(), amount_cents: Type.Integer(), instant_ms: Type.Integer() }),
)

/** Lets the first attempt with an id pass and declines every later one; how an attempt was written does not matter. */
export const idempotency = defineNode({
  name: 'idempotency',
  stage: 'policy',
  consumes: FeaturedAttempt,
  emits: [CanonicalAttempt, Decision],
  state: { firsts: { type: FirstAttempt, keys: (attempt) => [attempt.id] } },
  handle: (attempt, { state }) => {
    const first = state.firsts.get(attempt.id)
    if (first !== undefined) return declined(attempt, isSame(first, attempt) ? 'REPLAY' : 'CONFLICT')
    state.firsts.set(attempt.id, {
      customer_id: attempt.customer_id,
      amount_cents: attempt.amount_cents,
      instant_ms: attempt.instant_ms,
    })
    return CanonicalAttempt.of({
      id: attempt.id,
      customer_id: attempt.customer_id,
      day: attempt.day,
      customer_day: attempt.customer_day,
      customer_week: attempt.customer_week,
      effective_cents: attempt.effective_cents,
      prime: attempt.prime,
    })
  },
})

function isSame(first: StateOf<typeof FirstAttempt>, attempt: PayloadOf<typeof FeaturedAttempt>): boolean {
  return (
    first.customer_id === attempt.customer_id &&
    first.instant_ms === attempt.instant_ms &&
    first.amount_cents === attempt.amount_cents
  )
}

function declined(attempt: PayloadOf<typeof FeaturedAttempt>, reason: 'REPLAY' | 'CONFLICT') {
  return Decision.of({ id: attempt.id, customer_id: attempt.customer_id, accepted: false, reason })
}
