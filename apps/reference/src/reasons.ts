/** Why a line that is no attempt was refused, in the order in which the faults are looked for. */
export const malformedReasons = [
  'LINE_TOO_LONG',
  'UTF8_INVALID',
  'MALFORMED_JSON',
  'NOT_AN_OBJECT',
  'ID_INVALID',
  'CUSTOMER_ID_INVALID',
  'AMOUNT_INVALID',
  'TIME_INVALID',
] as const

/** Why an attempt was declined, in the order in which the rules are applied. */
export const declinedReasons = [
  'REPLAY',
  'CONFLICT',
  'DAILY_COUNT',
  'PRIME_AMOUNT',
  'PRIME_QUOTA',
  'DAILY_AMOUNT',
  'WEEKLY_AMOUNT',
] as const

/** Every reason code that a decision can carry. */
export const reasons = [...malformedReasons, ...declinedReasons, 'ACCEPTED'] as const

/** Why a line was answered as it was. */
export type Reason = (typeof reasons)[number]
