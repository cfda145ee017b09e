import { defineNode } from '@millrace/contracts'
import { Attempt, KeyedAttempt } from '../messages.js'

const msPerDay = 86_400_000

/** Finds the windows that an attempt counts in: its day and its week, from Monday, both in UTC. */
export const timeKeys = defineNode({
  name: 'time-keys',
  stage: 'ingress',
  tags: ['pure'],
  runner: 'cpu',
  consumes: Attempt,
  emits: [KeyedAttempt],
  handle: (attempt) => {
    const day = Math.floor(attempt.instant_ms / msPerDay)
    const weekday = daysSinceMonday(day)
    return KeyedAttempt.of({
      id: attempt.id,
      customer_id: attempt.customer_id,
      amount_cents: attempt.amount_cents,
      instant_ms: attempt.instant_ms,
      day,
      customer_day: `${attempt.customer_id}:${day}`,
      customer_week: `${attempt.customer_id}:${day - weekday}`,
      monday: weekday === 0,
    })
  },
})

/** Day 0, 1970-01-01, was a Thursday; days before it are negative. */
function daysSinceMonday(day: number): number {
  const remainder = (day + 3) % 7
  return remainder < 0 ? remainder + 7 : remainder
}
