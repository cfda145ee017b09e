import { MillraceError, type StateStore, type StateWrite } from '@millrace/contracts'

/** What a broken store does wrong. */
export type StateStoreFlaw =
  | 'loads null for nothing'
  | 'loads in its own order'
  | 'joins space and key with a colon'
  | 'has one space'
  | 'takes falsy values for none'
  | 'repairs text in values'
  | 'keeps values in an object'
  | 'cuts long keys'
  | 'composes keys'
  | 'keeps spaces in an object'
  | 'removes nothing'
  | 'shares its entries with other stores'
  | 'fails on an empty batch'
  | 'lets the first write of a batch count'
  | 'removes before it writes'
  | 'applies a batch up to its first fault'
  | 'commits write by write'
  | 'hands out its own list'
  | 'hands out views'
  | 'keeps the list it was given'
  | 'works after close'
  | 'fails after close with another code'
  | 'forgets its tenth entry'

/** The smallest store that passes the suite, or fails it in one way. It answers later, as a store over a network does. */
export function openTinyStateStore(flaw?: StateStoreFlaw): StateStore {
  return new TinyStateStore(flaw)
}

const shared = new Map<string, unknown>()

class TinyStateStore implements StateStore {
  readonly flaw: StateStoreFlaw | undefined
  readonly lists = new Map<string, unknown[]>()
  readonly given: (readonly StateWrite[])[] = []
  entries: Map<string, unknown>
  closed = false

  constructor(flaw: StateStoreFlaw | undefined) {
    this.flaw = flaw
    this.entries = flaw === 'shares its entries with other stores' ? shared : new Map()
  }

  async load(space: string, keys: readonly string[]): Promise<readonly unknown[]> {
    this.checkOpen()
    await undefined
    if (this.flaw === 'keeps the list it was given') for (const writes of this.given) this.applyAll(writes)
    if (this.flaw === 'hands out its own list') return this.ownList(space, keys)
    const ordered = this.flaw === 'loads in its own order' ? [...keys].sort() : keys
    const values = ordered.map((key) => this.value(this.id(space, key)))
    return this.flaw === 'hands out views' ? this.view(space, keys) : values
  }

  async commit(writes: readonly StateWrite[]): Promise<void> {
    this.checkOpen()
    if (this.flaw === 'fails on an empty batch' && writes.length === 0) throw new TypeError('wrong number of arguments')
    if (this.flaw === 'keeps the list it was given') this.given.push(writes)
    else if (this.flaw === 'commits write by write') for (const write of writes) await this.applyLater(write)
    else if (this.flaw === 'applies a batch up to its first fault') this.applyAll(writes)
    else {
      for (const write of writes) check(write)
      this.applyAll(writes)
    }
  }

  async close(): Promise<void> {
    this.closed = true
  }

  async applyLater(write: StateWrite): Promise<void> {
    check(write)
    await undefined
    this.apply(write)
  }

  applyAll(writes: readonly StateWrite[]): void {
    const before = new Map(this.entries)
    for (const write of inOrder(writes, this.flaw)) {
      check(write)
      if (
        this.flaw === 'lets the first write of a batch count' &&
        this.entries.get(this.id(write.space, write.key)) !== before.get(this.id(write.space, write.key))
      )
        continue
      this.apply(write)
    }
  }

  apply({ space, key, value }: StateWrite): void {
    const none = value === undefined || (this.flaw === 'takes falsy values for none' && !value)
    if (this.flaw === 'forgets its tenth entry' && this.entries.size > 10) return
    if (!none) this.entries.set(this.id(space, key), this.stored(value))
    else if (this.flaw !== 'removes nothing') this.entries.delete(this.id(space, key))
  }

  value(id: string): unknown {
    return this.entries.get(id) ?? (this.flaw === 'loads null for nothing' ? null : this.entries.get(id))
  }

  stored(value: unknown): unknown {
    if (this.flaw === 'repairs text in values' && typeof value === 'string') return Buffer.from(value).toString()
    if (
      this.flaw === 'keeps values in an object' &&
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value)
    )
      return Object.entries(value).reduce<Record<string, unknown>>((copy, [key, item]) => {
        copy[key] = item
        return copy
      }, {})
    return value
  }

  id(space: string, key: string): string {
    if (this.flaw === 'joins space and key with a colon') return `${space}:${key}`
    if (this.flaw === 'has one space') return key
    if (this.flaw === 'cuts long keys') return JSON.stringify([space, key.slice(0, 256)])
    if (this.flaw === 'composes keys') return JSON.stringify([space, key.normalize()])
    if (this.flaw === 'keeps spaces in an object')
      return JSON.stringify([space in {} ? 'known to every object' : space, key])
    return JSON.stringify([space, key])
  }

  ownList(space: string, keys: readonly string[]): unknown[] {
    const id = JSON.stringify([space, keys])
    const list = this.lists.get(id) ?? keys.map((key) => this.value(this.id(space, key)))
    this.lists.set(id, list)
    return list
  }

  /** A list that reads the store each time it is looked at. */
  view(space: string, keys: readonly string[]): readonly unknown[] {
    const list: unknown[] = keys.map(() => undefined)
    for (const [index, key] of keys.entries())
      Object.defineProperty(list, index, { get: () => this.value(this.id(space, key)), configurable: true })
    return list
  }

  checkOpen(): void {
    if (!this.closed || this.flaw === 'works after close') return
    throw new MillraceError(
      this.flaw === 'fails after close with another code' ? 'BACKEND_UNAVAILABLE' : 'DI_CLOSED',
      'the store is closed',
    )
  }
}

function inOrder(writes: readonly StateWrite[], flaw: StateStoreFlaw | undefined): readonly StateWrite[] {
  if (flaw !== 'removes before it writes') return writes
  return [...writes.filter(({ value }) => value === undefined), ...writes.filter(({ value }) => value !== undefined)]
}

function check({ space, key, value }: StateWrite): void {
  if (typeof space !== 'string' || typeof key !== 'string' || typeof value === 'bigint')
    throw new TypeError('malformed write')
}
