import { defineMessage, Type } from '@millrace/contracts'
import { reasons } from './reasons.js'

// Bounded strings cost nothing on the way: where a schema bounds a payload, its size need not be looked at.

const customer = {
  /** Digits as they were written, without surrounding white space: "007" is not "7". */
  id: Type.String({ maxLength: 17 }),
  customer_id: Type.String({ maxLength: 17 }),
}

const attempt = {
  ...customer,
  /** As written, never doubled; exact up to 2^53 − 1. */
  amount_cents: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  instant_ms: Type.Integer(),
}

const windows = {
  /** Number of the UTC day; 1970-01-01 is 0. */
  day: Type.Integer(),
  /** Key of the customer's day, shared by all attempts that count in it. */
  customer_day: Type.String({ maxLength: 32 }),
  /** Key of the customer's week, Monday to Sunday in UTC. */
  customer_week: Type.String({ maxLength: 32 }),
}

const features = {
  /** What is compared with the limits and summed. */
  effective_cents: Type.Integer({ minimum: 0 }),
  /** True where the experiment's rules for prime ids apply. */
  prime: Type.Boolean(),
}

/** A line of input without its line end, or why it has no text. */
export const Line = defineMessage(
  'fund.line',
  Type.Object({ text: Type.String(), fault: Type.Optional(Type.Enum(['LINE_TOO_LONG', 'UTF8_INVALID'])) }),
)

/** A well-formed line. */
export const Attempt = defineMessage('fund.attempt', Type.Object(attempt))

/** An attempt with the windows it counts in. */
export const KeyedAttempt = defineMessage(
  'fund.keyed-attempt',
  Type.Object({ ...attempt, ...windows, monday: Type.Boolean() }),
)

/** An attempt with all that is known of it alone. */
export const FeaturedAttempt = defineMessage(
  'fund.featured-attempt',
  Type.Object({ ...attempt, ...windows, ...features }),
)

/** The first attempt with its id; only these count in windows. */
export const CanonicalAttempt = defineMessage(
  'fund.canonical-attempt',
  Type.Object({ ...customer, ...windows, ...features }),
)

/** The answer to a line that is not blank. */
export const Decision = defineMessage(
  'fund.decision',
  Type.Object({ ...customer, accepted: Type.Boolean(), reason: Type.Enum([...reasons]) }),
)

/** A line of output without its line end, and the reason, which is counted and not written. */
export const OutputLine = defineMessage(
  'fund.output-line',
  Type.Object({ text: Type.String({ maxLength: 128 }), reason: Type.Enum([...reasons]) }),
)
