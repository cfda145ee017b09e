/** How many requests one client may send. */
export interface RateLimit {
  readonly requests: number
  readonly periodMs: number
}

/** Counts the requests of clients in periods of the same length. */
export interface RateLimiter {
  /** Takes one request. @returns 0, or the milliseconds after which the client may try again */
  take(client: string): number
}

/** Counts at most so many clients one by one; when there are more, those of the period before are forgotten first. */
const mostClients = 100_000

/**
 * Makes a limiter by sliding windows: what came in the period before counts as far as it still reaches into the last one.
 *
 * @param now monotonic, in milliseconds
 */
export function createRateLimiter({ requests, periodMs }: RateLimit, now: () => number): RateLimiter {
  let period = 0
  let current = new Map<string, number>()
  let before = new Map<string, number>()

  function turn(to: number): void {
    if (to === period) return
    before = to === period + 1 ? current : new Map()
    current = new Map()
    period = to
  }

  return {
    take(client) {
      const at = now() / periodMs
      turn(Math.floor(at))
      const passed = at - period
      const count = current.get(client) ?? 0
      const reaching = (before.get(client) ?? 0) * (1 - passed)
      if (count + reaching + 1 > requests) return Math.max(1, Math.ceil((1 - passed) * periodMs))
      if (current.size >= mostClients) before = new Map()
      if (current.size < mostClients || current.has(client)) current.set(client, count + 1)
      return 0
    },
  }
}
