import { defineState, type MessageOf, type PayloadOf, type StateOf, type StateView, Type } from '@millrace/contracts'
import { type CanonicalAttempt, Decision } from '../messages.js'
import type { Reason } from '../reasons.js'
import type { LoadLimits } from './load-limits.js'

/** A customer's UTC day: every canonical attempt counts, only accepted ones add their effective amount. */
export const CustomerDay = defineState(
  'fund.customer-day',
  Type.Object({ attempts: Type.Integer({ minimum: 1 }), accepted_cents: Type.Integer({ minimum: 0 }) }),
)

/** A customer's week: the effective amounts that were accepted. */
export const CustomerWeek = defineState(
  'fund.customer-week',
  Type.Object({ accepted_cents: Type.Integer({ minimum: 0 }) }),
)

/** The state that both rule sets use, as their nodes declare it. */
export const windowState = {
  days: { type: CustomerDay, keys: (attempt: Canonical): readonly string[] => [attempt.customer_day] },
  weeks: { type: CustomerWeek, keys: (attempt: Canonical): readonly string[] => [attempt.customer_week] },
}

/** The windows of an attempt, this attempt counted and its amount not yet added. */
export interface LoadWindows {
  readonly attempts: number
  readonly dayCents: number
  readonly weekCents: number
}

type Canonical = PayloadOf<typeof CanonicalAttempt>

/** What a node that declares {@link windowState} sees of it. */
export interface WindowViews {
  readonly days: StateView<StateOf<typeof CustomerDay>>
  readonly weeks: StateView<StateOf<typeof CustomerWeek>>
}

/** Reads the windows that an attempt counts in. */
export function windowsOf(
  attempt: Pick<Canonical, 'customer_day' | 'customer_week'>,
  { days, weeks }: WindowViews,
): LoadWindows {
  const day = days.get(attempt.customer_day)
  return {
    attempts: (day?.attempts ?? 0) + 1,
    dayCents: day?.accepted_cents ?? 0,
    weekCents: weeks.get(attempt.customer_week)?.accepted_cents ?? 0,
  }
}

/** Why the number of attempts forbids an attempt, if it does. */
export function countReason(windows: LoadWindows, limits: LoadLimits): Reason | undefined {
  return windows.attempts > limits.attempts_per_day ? 'DAILY_COUNT' : undefined
}

/** Why the sums forbid an attempt, if they do. */
export function sumReason(attempt: Canonical, windows: LoadWindows, limits: LoadLimits): Reason | undefined {
  if (windows.dayCents + attempt.effective_cents > limits.cents_per_day) return 'DAILY_AMOUNT'
  return windows.weekCents + attempt.effective_cents > limits.cents_per_week ? 'WEEKLY_AMOUNT' : undefined
}

/** Writes the windows after an attempt was decided, and gives the decision. */
export function settled(
  attempt: Canonical,
  windows: LoadWindows,
  reason: Reason,
  { days, weeks }: WindowViews,
): MessageOf<typeof Decision> {
  const accepted = reason === 'ACCEPTED'
  const added = accepted ? attempt.effective_cents : 0
  days.set(attempt.customer_day, { attempts: windows.attempts, accepted_cents: windows.dayCents + added })
  if (accepted) weeks.set(attempt.customer_week, { accepted_cents: windows.weekCents + added })
  return Decision.of({ id: attempt.id, customer_id: attempt.customer_id, accepted, reason })
}
