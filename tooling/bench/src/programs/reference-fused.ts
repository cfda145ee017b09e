/**
 * The reference job with its steps fused into one function, which makes no messages between them: what somebody would write
 * who never wants to run a step elsewhere. Baseline rules only. Prints what a run of it took.
 */
import type { MessageOf, PayloadOf, StateOf } from '@millrace/kernel'
import { readAttempt } from '@millrace/reference/src/ingress/read-attempt.ts'
import { Attempt, type Decision } from '@millrace/reference/src/messages.ts'
import type { FirstAttempt } from '@millrace/reference/src/policy/idempotency.ts'
import type { CustomerDay, CustomerWeek } from '@millrace/reference/src/policy/load-windows.ts'
import type { Reason } from '@millrace/reference/src/reasons.ts'
import { limits } from './limits.js'
import { taskOf } from './measure.js'
import type { ReferenceTask } from './reference-task.js'
import { type AnswerLine, runStraightLoop } from './straight-loop.js'

const msPerDay = 86_400_000

const firsts = new Map<string, StateOf<typeof FirstAttempt>>()
const days = new Map<string, StateOf<typeof CustomerDay>>()
const weeks = new Map<string, StateOf<typeof CustomerWeek>>()

const answer: AnswerLine = (line) => {
  const parsed = readAttempt(line)
  if (parsed === undefined) return undefined
  if (parsed.type !== Attempt) return written((parsed as MessageOf<typeof Decision>).payload) // the only other type
  const attempt = (parsed as MessageOf<typeof Attempt>).payload // its type says so
  const reason = reasonOf(attempt)
  return written({ id: attempt.id, customer_id: attempt.customer_id, accepted: reason === 'ACCEPTED', reason })
}

function reasonOf({ id, customer_id, amount_cents, instant_ms }: PayloadOf<typeof Attempt>): Reason {
  const first = firsts.get(id)
  if (first !== undefined)
    return first.customer_id === customer_id && first.amount_cents === amount_cents && first.instant_ms === instant_ms
      ? 'REPLAY'
      : 'CONFLICT'
  firsts.set(id, { customer_id, amount_cents, instant_ms })

  const day = Math.floor(instant_ms / msPerDay)
  const dayKey = `${customer_id}:${day}`
  const weekKey = `${customer_id}:${day - ((((day + 3) % 7) + 7) % 7)}`
  const { attempts, accepted_cents: dayCents } = days.get(dayKey) ?? { attempts: 0, accepted_cents: 0 }
  const weekCents = weeks.get(weekKey)?.accepted_cents ?? 0
  const reason = limitReason(attempts + 1, dayCents + amount_cents, weekCents + amount_cents)
  const accepted = reason === 'ACCEPTED'
  days.set(dayKey, { attempts: attempts + 1, accepted_cents: accepted ? dayCents + amount_cents : dayCents })
  if (accepted) weeks.set(weekKey, { accepted_cents: weekCents + amount_cents })
  return reason
}

function limitReason(attempts: number, dayCents: number, weekCents: number): Reason {
  if (attempts > limits.attempts_per_day) return 'DAILY_COUNT'
  if (dayCents > limits.cents_per_day) return 'DAILY_AMOUNT'
  return weekCents > limits.cents_per_week ? 'WEEKLY_AMOUNT' : 'ACCEPTED'
}

function written({ id, customer_id, accepted, reason }: PayloadOf<typeof Decision>) {
  return { text: `{"id":"${id}","customer_id":"${customer_id}","accepted":${accepted}}`, reason }
}

await runStraightLoop(taskOf<ReferenceTask>(), answer)
