import type { RestartSettings } from '@millrace/contracts'

/** What becomes of a slot whose worker has ended unasked. */
export type RestartVerdict =
  | { readonly kind: 'restart'; readonly delayMs: number }
  /** Its policy does not replace a worker that ends like this. */
  | { readonly kind: 'refused' }
  /** It has been replaced too often. */
  | { readonly kind: 'exhausted'; readonly restarts: number }

/** Counts the restarts of one slot, and says how long to wait before the next. */
export interface RestartBudget {
  /**
   * A worker of the slot ended unasked.
   *
   * @param end `clean` when it ended by itself with exit code 0
   * @param now monotonic time in milliseconds
   */
  judge(end: 'clean' | 'failed', now: number): RestartVerdict
}

/**
 * Makes the budget of a slot. The wait doubles with each restart up to its limit, a quarter more or less at random, so that
 * workers that died together do not come back together. After `periodMs` without an end it begins anew.
 *
 * @param random from 0 to less than 1
 */
export function createRestartBudget(settings: RestartSettings, random: () => number): RestartBudget {
  let recent: readonly number[] = []
  let doublings = 0

  function delayMs(): number {
    const spread = 0.75 + random() / 2
    return Math.round(Math.min(settings.backoffMaxMs, settings.backoffMs * 2 ** doublings * spread))
  }

  return {
    judge(end, now) {
      if (settings.policy === 'never' || (settings.policy === 'on_failure' && end === 'clean'))
        return { kind: 'refused' }
      recent = recent.filter((at) => now - at < settings.periodMs)
      if (recent.length >= settings.maxRestarts) return { kind: 'exhausted', restarts: recent.length }
      doublings = recent.length === 0 ? 0 : doublings + 1
      recent = [...recent, now]
      return { kind: 'restart', delayMs: delayMs() }
    },
  }
}
