import { Type } from '@millrace/contracts'
import type { Static } from 'typebox'

/** What a customer may load, in effective cents; each limit is itself allowed. */
export const LoadLimits = Type.Object(
  {
    attempts_per_day: Type.Integer({ minimum: 0, default: 3 }),
    cents_per_day: Type.Integer({ minimum: 0, default: 500_000 }),
    cents_per_week: Type.Integer({ minimum: 0, default: 2_000_000 }),
  },
  { additionalProperties: false },
)

/** The limits of the experiment, which has rules of its own for prime ids. */
export const PrimeLoadLimits = Type.Object(
  {
    ...LoadLimits.properties,
    cents_per_prime: Type.Integer({ minimum: 0, default: 999_900 }),
    primes_per_day: Type.Integer({ minimum: 0, default: 1 }),
  },
  { additionalProperties: false },
)

export type LoadLimits = Static<typeof LoadLimits>
export type PrimeLoadLimits = Static<typeof PrimeLoadLimits>
