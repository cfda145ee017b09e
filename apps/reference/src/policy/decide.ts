import { defineNode, defineState, type PayloadOf, Type } from '@millrace/contracts'
import { CanonicalAttempt, Decision } from '../messages.js'
import type { Reason } from '../reasons.js'
import { LoadLimits, PrimeLoadLimits } from './load-limits.js'
import { countReason, settled, sumReason, windowState, windowsOf } from './load-windows.js'

/** A UTC day over all customers: how many loads with a prime id were accepted. */
export const PrimeDay = defineState('fund.prime-day', Type.Object({ accepted: Type.Integer({ minimum: 1 }) }))

const labels = { name: 'decide', stage: 'policy', consumes: CanonicalAttempt, emits: [Decision] } as const

/** Decides by the baseline's rules; its state belongs to customers, so it may be partitioned by `customer_id`. */
export const baselineDecide = defineNode({
  ...labels,
  config: LoadLimits,
  state: windowState,
  handle: (attempt, { config, state }) => {
    const windows = windowsOf(attempt, state)
    const reason = countReason(windows, config) ?? sumReason(attempt, windows, config) ?? 'ACCEPTED'
    return settled(attempt, windows, reason, state)
  },
})

/** Decides by the experiment's rules; the quota of prime ids belongs to all customers, so it cannot be partitioned. */
export const experimentDecide = defineNode({
  ...labels,
  config: PrimeLoadLimits,
  state: {
    ...windowState,
    primes: {
      type: PrimeDay,
      keys: (attempt: Canonical) => (attempt.prime ? [primeDay(attempt)] : []),
      scope: 'global',
    },
  },
  handle: (attempt, { config, state }) => {
    const windows = windowsOf(attempt, state)
    const primes = attempt.prime ? (state.primes.get(primeDay(attempt))?.accepted ?? 0) : 0
    const reason =
      countReason(windows, config) ??
      primeReason(attempt, primes, config) ??
      sumReason(attempt, windows, config) ??
      'ACCEPTED'
    if (attempt.prime && reason === 'ACCEPTED') state.primes.set(primeDay(attempt), { accepted: primes + 1 })
    return settled(attempt, windows, reason, state)
  },
})

type Canonical = PayloadOf<typeof CanonicalAttempt>

function primeDay(attempt: Canonical): string {
  return String(attempt.day)
}

function primeReason(attempt: Canonical, primes: number, limits: PrimeLoadLimits): Reason | undefined {
  if (!attempt.prime) return undefined
  if (attempt.effective_cents > limits.cents_per_prime) return 'PRIME_AMOUNT'
  return primes >= limits.primes_per_day ? 'PRIME_QUOTA' : undefined
}
