import { MillraceError, type StateStore, type StateWrite } from '@millrace/contracts'

/** A state store that answers at once. */
export interface MemoryStateStore extends StateStore {
  load(space: string, keys: readonly string[]): readonly unknown[]
  commit(writes: readonly StateWrite[]): void
  close(): void
  /** How many entries it holds, over all spaces. */
  size(): number
}

/**
 * Makes a state store that lives as long as the process. Values are kept by reference: who commits a value gives it away,
 * and who loads one only reads it. A space holds 16.7 million entries at most, which is what a JavaScript Map holds.
 *
 * After `close`, `load` and `commit` fail with DI_CLOSED. A write whose space or key is no string is a TypeError, before
 * anything is applied.
 */
export function createMemoryStateStore(): MemoryStateStore {
  return new SpacesInMemory()
}

class SpacesInMemory implements MemoryStateStore {
  readonly #spaces = new Map<string, Map<string, unknown>>()
  #phase: 'open' | 'closed' = 'open'

  load(space: string, keys: readonly string[]): readonly unknown[] {
    this.#checkOpen()
    const entries = this.#spaces.get(space)
    // Made at its size: a list that grows by push takes room for seventeen values at the first.
    const values = new Array<unknown>(keys.length)
    for (let index = 0; index < values.length; index++) values[index] = entries?.get(keys[index] ?? '')
    return values
  }

  commit(writes: readonly StateWrite[]): void {
    this.#checkOpen()
    for (const write of writes) checkWrite(write)
    for (const write of writes) this.#apply(write)
  }

  close(): void {
    this.#phase = 'closed'
    this.#spaces.clear()
  }

  size(): number {
    let size = 0
    for (const entries of this.#spaces.values()) size += entries.size
    return size
  }

  #apply({ space, key, value }: StateWrite): void {
    let entries = this.#spaces.get(space)
    if (value === undefined) {
      entries?.delete(key)
      return
    }
    if (entries === undefined) {
      entries = new Map()
      this.#spaces.set(space, entries)
    }
    entries.set(key, value)
  }

  #checkOpen(): void {
    if (this.#phase === 'closed')
      throw new MillraceError(
        'DI_CLOSED',
        'the memory state store cannot be used, because it is closed; make a new one',
      )
  }
}

function checkWrite(write: StateWrite): void {
  if (typeof write?.space === 'string' && typeof write.key === 'string') return
  throw new TypeError('A state write needs a space and a key that are strings')
}
