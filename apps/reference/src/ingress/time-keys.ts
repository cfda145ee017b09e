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
    const { day, monday, customer_day, customer_week } = windowKeys(attempt.customer_id, attempt.instant_ms)
    return KeyedAttempt.of({
      id: attempt.id,
      customer_id: attempt.customer_id,
      amount_cents: attempt.amount_cents,
      instant_ms: attempt.instant_ms,
      day,
      customer_day,
      customer_week,
      monday: day === monday,
    })
  },
})

/** The windows of a customer at an instant: their keys, and the numbers of the day and of the week's Monday. */
export function windowKeys(customerId: string, instantMs: number) {
  const day = Math.floor(instantMs / msPerDay)
  const monday = day - daysSinceMonday(day)
  return { day, monday, customer_day: `${customerId}:${day}`, customer_week: `${customerId}:${monday}` }
}

/** Day 0, 1970-01-01, was a Thursday; days before it are negative. */
function daysSinceMonday(day: number): number {
  const remainder = (day + 3) % 7
  return remainder < 0 ? remainder + 7 : remainder
}
