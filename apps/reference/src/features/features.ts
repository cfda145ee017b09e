import { defineNode, type MessageOf, type PayloadOf, Type } from '@millrace/contracts'
import { FeaturedAttempt, KeyedAttempt } from '../messages.js'
import { hashOver } from './hash-over.js'
import { isPrime } from './is-prime.js'

const labels = {
  stage: 'features',
  tags: ['pure'],
  runner: 'cpu',
  consumes: KeyedAttempt,
  emits: [FeaturedAttempt],
  config: Type.Object(
    { hash_rounds: Type.Integer({ minimum: 0, default: 0, description: 'How often each id is hashed over.' }) },
    { additionalProperties: false },
  ),
} as const

/** The baseline: an attempt counts as it is. */
export const baselineFeatures = defineNode({
  ...labels,
  name: 'features',
  handle: (attempt, { config }) => {
    hashOver(attempt.id, config.hash_rounds)
    return featured(attempt, attempt.amount_cents, false)
  },
})

/** The experiment: Mondays count double, and prime ids are told apart. */
export const experimentFeatures = defineNode({
  ...labels,
  name: 'features',
  handle: (attempt, { config }) => {
    hashOver(attempt.id, config.hash_rounds)
    const effectiveCents = attempt.monday ? attempt.amount_cents * 2 : attempt.amount_cents
    return featured(attempt, effectiveCents, isPrime(Number(attempt.id)))
  },
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
