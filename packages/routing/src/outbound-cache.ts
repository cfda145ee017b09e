import type { Route } from './route-table.js'

/** How look-ups are remembered; the slice `runtime.platform.routing_cache` of the configuration. */
export interface CacheSettings {
  /** @default true */
  readonly enabled?: boolean
  /** Whether failed look-ups are remembered too. @default true */
  readonly negative_cache?: boolean
  /** How many look-ups are remembered; when it is full, all are forgotten. @default 100_000 */
  readonly max_entries?: number
}

/** What the cache has done since it was made. */
export interface CacheStats {
  /** Look-ups that were answered from memory. */
  readonly hits: number
  /** Look-ups that were worked out although the cache is enabled. */
  readonly misses: number
  /** How many look-ups are remembered now. */
  readonly entries: number
}

/**
 * Remembers routes. A full cache begins anew instead of making room: every look-up then costs the same, and a graph with more
 * ways than entries still finds some of them.
 */
export class OutboundCache {
  readonly #enabled: boolean
  readonly #negative: boolean
  readonly #maxEntries: number
  readonly #routes = new Map<number | string, Route>()
  #hits = 0
  #misses = 0

  /** @throws RangeError when there shall be less than one entry */
  constructor({ enabled = true, negative_cache = true, max_entries = 100_000 }: CacheSettings = {}) {
    if (!(max_entries >= 1)) throw new RangeError(`max_entries must be at least 1 (got ${max_entries})`)
    this.#enabled = enabled
    this.#negative = negative_cache
    this.#maxEntries = max_entries
  }

  /** The remembered route, or the one that is worked out now. */
  get(key: number | string, workOut: () => Route): Route {
    if (!this.#enabled) return workOut()
    const known = this.#routes.get(key)
    if (known !== undefined) {
      this.#hits++
      return known
    }
    this.#misses++
    const route = workOut()
    if (this.#negative || route.kind === 'found') this.#remember(key, route)
    return route
  }

  /** Forgets everything. @returns how much that was */
  clear(): number {
    const { size } = this.#routes
    this.#routes.clear()
    return size
  }

  stats(): CacheStats {
    return { hits: this.#hits, misses: this.#misses, entries: this.#routes.size }
  }

  #remember(key: number | string, route: Route): void {
    if (this.#routes.size >= this.#maxEntries) this.#routes.clear()
    this.#routes.set(key, route)
  }
}
