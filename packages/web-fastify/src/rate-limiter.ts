/** How many requests one client may send. */
export interface RateLimit {
  readonly requests: number
  readonly periodMs: number
}

/** Says which requests of which client are within the limit. */
export interface RateLimiter {
  /** Takes one request. @returns 0, or the milliseconds after which the client may try again */
  take(client: string): number
}

/** Counts at most so many clients one by one; when there are more, those of the period before are forgotten first. */
const mostClients = 100_000

/** Sums of times are not exact to the last digit. */
const roundingMs = 0.001

/**
 * Makes a limiter. A client may send as many requests at once as it may in a period, and gets them back one by one, evenly over
 * it. So nobody is refused who never sends more in a period than is allowed, and it is known when the next one may come.
 *
 * @param now monotonic, in milliseconds
 * @see https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
 */
export function createRateLimiter({ requests, periodMs }: RateLimit, now: () => number): RateLimiter {
  const eachMs = periodMs / requests
  let period = 0
  /** When each client will have got back all that it has sent; after a period it has, whatever that was. */
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
      const at = now()
      turn(Math.floor(at / periodMs))
      const known = current.get(client) ?? before.get(client) ?? 0
      const whole = Math.max(known, at) + eachMs
      const waitMs = whole - at - periodMs
      if (waitMs > roundingMs) return Math.ceil(waitMs)
      if (current.size >= mostClients) before = new Map()
      if (current.size < mostClients || current.has(client)) current.set(client, whole)
      return 0
    },
  }
}
