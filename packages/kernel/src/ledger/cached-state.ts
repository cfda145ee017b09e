import type { DurableStore, StateStore, StateWrite } from '@millrace/contracts'
import type { Commits } from './commits.js'

/** How many values are remembered, those that are not kept yet not counted. */
const mostRemembered = 100_000

/** A value that is known here. */
interface Known {
  readonly value: unknown
  /** Which flush it is kept by; 0 for one that was read. */
  readonly flush: number
}

/**
 * The state of a slot's nodes, as its one owner sees it: what has been written is read at once, though it may not be kept yet.
 *
 * Values that were used last are remembered. A value that has not been kept is never forgotten, nor one that a load waits with.
 */
export class CachedState implements StateStore {
  readonly #store: DurableStore
  readonly #commits: Commits
  readonly #most: number
  /** By space and key; the one that was used last comes last. */
  readonly #known = new Map<string, Known>()
  readonly #reading = new Map<string, Promise<void>>()
  /** The names of what each load needs that waits for some of it. */
  readonly #needed = new Set<ReadonlySet<string>>()
  /** What is asked for in this turn, by space: one question for each. */
  #asked: { readonly keys: Map<string, string[]>; readonly send: Promise<void> } | undefined

  constructor(store: DurableStore, commits: Commits, most: number = mostRemembered) {
    this.#store = store
    this.#commits = commits
    this.#most = most
  }

  load(space: string, keys: readonly string[]): readonly unknown[] | Promise<readonly unknown[]> {
    const waits = this.#read(space, keys)
    if (waits === undefined) return this.#values(space, keys)
    const names = new Set(keys.map((key) => nameOf(space, key)))
    this.#needed.add(names)
    return waits.then(() => this.#values(space, keys)).finally(() => this.#needed.delete(names))
  }

  /** Reads ahead what a later message will need. A failure shows when that is loaded. */
  expect(space: string, keys: readonly string[]): void {
    void this.#read(space, keys)?.catch(() => undefined)
  }

  commit(writes: readonly StateWrite[]): void {
    for (const { space, key, value } of writes) this.#remember(nameOf(space, key), { value, flush: this.#commits.next })
    this.#commits.write(writes)
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  #read(space: string, keys: readonly string[]): Promise<unknown> | undefined {
    const missing = keys.filter((key) => !this.#known.has(nameOf(space, key)))
    if (missing.length === 0) return undefined
    const asked = missing.filter((key) => !this.#reading.has(nameOf(space, key)))
    if (asked.length > 0) this.#ask(space, asked)
    return Promise.all(missing.map((key) => this.#reading.get(nameOf(space, key))))
  }

  /** Everything that is asked for until the code that runs now has returned is one question. */
  #ask(space: string, keys: readonly string[]): void {
    this.#asked ??= { keys: new Map(), send: Promise.resolve().then(() => this.#send()) }
    const asked = this.#asked.keys.get(space)
    if (asked === undefined) this.#asked.keys.set(space, [...keys])
    else asked.push(...keys)
    for (const key of keys) this.#reading.set(nameOf(space, key), this.#asked.send)
  }

  async #send(): Promise<void> {
    const asked = this.#asked?.keys ?? new Map<string, string[]>()
    this.#asked = undefined
    await Promise.all([...asked].map(([space, keys]) => this.#readNow(space, keys)))
  }

  async #readNow(space: string, keys: readonly string[]): Promise<void> {
    try {
      const values = await this.#store.load(space, keys)
      keys.forEach((key, index) => {
        const name = nameOf(space, key)
        if (!this.#known.has(name)) this.#remember(name, { value: values[index], flush: 0 })
      })
    } finally {
      for (const key of keys) this.#reading.delete(nameOf(space, key))
    }
  }

  #values(space: string, keys: readonly string[]): readonly unknown[] {
    return keys.map((key) => {
      const name = nameOf(space, key)
      const known = this.#known.get(name)
      if (known === undefined) throw new RangeError(`the value of ${space} ${key} was forgotten while it was needed`)
      this.#known.delete(name)
      this.#known.set(name, known)
      return known.value
    })
  }

  #remember(name: string, known: Known): void {
    this.#known.delete(name)
    this.#known.set(name, known)
    if (this.#known.size > this.#most) this.#forgetOldest()
  }

  /** The oldest that may go goes; those that may not become the youngest. */
  #forgetOldest(): void {
    for (let tries = this.#known.size - this.#most; tries > 0; tries--) {
      const oldest = this.#known.entries().next().value
      if (oldest === undefined) return
      const [name, known] = oldest
      this.#known.delete(name)
      if (known.flush > this.#commits.kept || this.#isNeeded(name)) this.#known.set(name, known)
    }
  }

  #isNeeded(name: string): boolean {
    for (const names of this.#needed) if (names.has(name)) return true
    return false
  }
}

function nameOf(space: string, key: string): string {
  return `${space}\t${key}`
}
