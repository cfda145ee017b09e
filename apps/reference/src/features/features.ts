import { defineNode, type MessageOf, type PayloadOf } from '@millrace/contracts'
import { FeaturedAttempt, KeyedAttempt } from '../messages.js'
import { isPrime } from './is-prime.js'

const labels = {
  stage: 'features',
  tags: ['pure'],
  runner: 'cpu',
  consumes: KeyedAttempt,
  emits: [FeaturedAttempt],
} as const

/** The baseline: an attempt counts as it is. */
export const baselineFeatures = defineNode({
  ...labels,
  name: 'features',
  handle: (attempt) => featured(attempt, attempt.amount_cents, false),
})

/** The experiment: Mondays count double, and prime ids are told apart. */
export const experimentFeatures = defineNode({
  ...labels,
  name: 'features',
  handle: (attempt) =>
    featured(attempt, attempt.monday ? attempt.amount_cents * 2 : attempt.amount_cents, isPrime(Number(attempt.id))),
})

function featured(
  attempt: PayloadOf<typeof KeyedAttempt>,
  effectiveCents: number,
  prime: boolean,
): MessageOf<typeof FeaturedAttempt> {
  return FeaturedAttempt.of({
    id: attempt.id,
    customer_id: attempt.customer_id,
    amount_cents: attempt.amount_cents,
    instant_ms: attempt.instant_ms,
    day: attempt.day,
    customer_day: attempt.customer_day,
    customer_week: attempt.customer_week,
    effective_cents: effectiveCents,
    prime,
  })
}
