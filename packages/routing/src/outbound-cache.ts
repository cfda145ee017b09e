import type { Delivery } from '@millrace/contracts'

/** How much is remembered. */
export interface CacheSettings {
  /** @default true */
  readonly enabled?: boolean
  /** Whether errors are remembered too. @default true */
  readonly negative_cache?: boolean
  /** The oldest entry makes room for a new one. @default 100_000 */
  readonly max_entries?: number
}

/** What the cache has done since it was made. */
export interface CacheStats {
  readonly hits: number
  readonly misses: number
  readonly entries: number
}

type Entry = { readonly deliveries: readonly Delivery[] } | { readonly thrown: unknown }

/** Remembers outcomes of look-ups, the oldest first to go. */
export class OutboundCache {
  readonly #enabled: boolean
  readonly #negative: boolean
  readonly #maxEntries: number
  readonly #entries = new Map<string, Entry>()
  #hits = 0
  #misses = 0

  constructor({ enabled = true, negative_cache = true, max_entries = 100_000 }: CacheSettings = {}) {
    this.#enabled = enabled
    this.#negative = negative_cache
    this.#maxEntries = max_entries
  }

  /** The remembered outcome of a look-up, or that of making it now. */
  get(key: string, look: () => readonly Delivery[]): readonly Delivery[] {
    if (!this.#enabled) return look()
    const known = this.#entries.get(key)
    if (known !== undefined) {
      this.#hits++
      return outcome(known)
    }
    this.#misses++
    return outcome(this.#remember(key, attempt(look)))
  }

  /** Forgets everything. @returns how much that was */
  clear(): number {
    const { size } = this.#entries
    this.#entries.clear()
    return size
  }

  stats(): CacheStats {
    return { hits: this.#hits, misses: this.#misses, entries: this.#entries.size }
  }

  #remember(key: string, entry: Entry): Entry {
    if ('thrown' in entry && !this.#negative) return entry
    if (this.#entries.size >= this.#maxEntries) this.#forgetOldest()
    this.#entries.set(key, entry)
    return entry
  }

  #forgetOldest(): void {
    for (const key of this.#entries.keys()) return void this.#entries.delete(key)
  }
}

function attempt(look: () => readonly Delivery[]): Entry {
  try {
    return { deliveries: look() }
  } catch (thrown) {
    return { thrown }
  }
}

function outcome(entry: Entry): readonly Delivery[] {
  if ('thrown' in entry) throw entry.thrown
  return entry.deliveries
}
