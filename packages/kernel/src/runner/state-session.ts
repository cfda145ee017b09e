import type { StateStore, StateUses, StateView, StateWrite } from '@millrace/contracts'
import { isPromise } from './handler-result.js'
import type { Invocation } from './invocation.js'
import type { Root } from './root.js'

/** Looks at a value before it is committed and returns what is. @throws MillraceError PAYLOAD_INVALID */
export type ValueCheck = (value: unknown) => unknown

/**
 * The state of one message at one node: its entries are loaded before the handler runs, written by it in memory, and taken as
 * one list of writes to be committed together with its outputs. A handler that throws leaves nothing behind: its session is
 * begun anew for the next message.
 */
export class StateSession {
  /** What the handler sees as `ctx.state`. */
  readonly views: Readonly<Record<string, StateView<unknown>>>
  readonly #entries: readonly StateEntries[]
  readonly #store: StateStore

  /** @param check what values of a state pass before they are committed, by the state's name */
  constructor(node: string, uses: StateUses, store: StateStore, check: (name: string) => ValueCheck | undefined) {
    this.#store = store
    this.#entries = Object.entries(uses).map(
      ([name, use]) =>
        new StateEntries(`${node}.${name}`, use.keys as (payload: unknown) => readonly string[], check(name)), // the runner passes the node's own payload
    )
    this.views = Object.fromEntries(
      Object.keys(uses).map((name, index) => [name, this.#entries[index] as StateView<unknown>]),
    ) // one for each name
  }

  /** Loads what the payload's keys name; a promise only where the store needs one. */
  load(payload: unknown): void | Promise<void> {
    let waits: Promise<void>[] | undefined
    for (const entries of this.#entries) {
      const loaded = entries.load(this.#store, payload)
      if (loaded !== undefined) {
        waits ??= []
        waits.push(loaded)
      }
    }
    return waits === undefined ? undefined : Promise.all(waits).then(() => undefined)
  }

  /** A payload waits for its turn: what its keys name is read ahead, where the store can. */
  expect(payload: unknown): void {
    if (this.#store.expect !== undefined) for (const entries of this.#entries) entries.expect(this.#store, payload)
  }

  /** Commits what the handler wrote; a promise only where the store needs one. */
  commit(): void | Promise<void> {
    const writes: StateWrite[] = []
    for (const entries of this.#entries) entries.takeWrites(writes)
    return writes.length === 0 ? undefined : this.#store.commit(writes)
  }
}

/** The entries of one state that one message may touch. Few, so that a list is searched faster than a map. */
class StateEntries implements StateView<unknown> {
  readonly #space: string
  readonly #keysOf: (payload: unknown) => readonly string[]
  readonly #check: ValueCheck | undefined
  #keys: readonly string[] = []
  #values: unknown[] = []
  #written: boolean[] = []

  constructor(space: string, keysOf: (payload: unknown) => readonly string[], check: ValueCheck | undefined) {
    this.#space = space
    this.#keysOf = keysOf
    this.#check = check
  }

  load(store: StateStore, payload: unknown): void | Promise<void> {
    this.#keys = this.#keysOf(payload)
    this.#written.length = 0
    const loaded = store.load(this.#space, this.#keys)
    if (loaded instanceof Promise) return loaded.then((values) => this.#begin(values))
    this.#begin(loaded)
  }

  expect(store: StateStore, payload: unknown): void {
    let keys: readonly string[]
    try {
      keys = this.#keysOf(payload)
    } catch {
      return // it is thrown again when the message has its turn
    }
    store.expect?.(this.#space, keys)
  }

  takeWrites(writes: StateWrite[]): void {
    for (let index = 0; index < this.#written.length; index++) {
      const key = this.#keys[index]
      if (this.#written[index] === true && key !== undefined)
        writes.push({ space: this.#space, key, value: this.#values[index] })
    }
  }

  get(key: string): unknown {
    return this.#values[this.#place(key)]
  }

  set(key: string, value: unknown): void {
    const place = this.#place(key)
    this.#values[place] = value === undefined || this.#check === undefined ? value : this.#check(value)
    this.#written[place] = true
  }

  delete(key: string): void {
    this.set(key, undefined)
  }

  #begin(values: readonly unknown[]): void {
    this.#values = [...values]
  }

  #place(key: string): number {
    const place = this.#keys.indexOf(key)
    if (place >= 0) return place
    throw new RangeError(
      `State '${this.#space}' has no entry '${key}' for this message: its keys() named ${this.#keys.length === 0 ? 'none' : this.#keys.join(', ')}`,
    )
  }
}

/**
 * Calls the handler of a node with state: loads, handles, commits, and only then returns what is to be emitted. An iterable is
 * gathered first, since outputs and writes leave together: where the root has failed meanwhile neither do. A promise only where
 * the store or the handler needs one.
 *
 * @param commits false where whoever takes the result commits
 */
export function callWithState(
  { state, context, root }: Invocation,
  handle: (payload: unknown, context: unknown) => unknown,
  payload: unknown,
  commits: boolean,
): unknown {
  if (state === undefined) return handle(payload, context)
  const take = (result: unknown): unknown =>
    commits && root.failure === undefined ? commitAfter(state, result) : result
  const loaded = state.load(payload)
  if (loaded !== undefined) return loaded.then(() => gathered(handle(payload, context), root, take))
  return gathered(handle(payload, context), root, take)
}

/** Hands over what a handler returned, the messages of an iterable as a list. */
function gathered(result: unknown, root: Root, take: (result: unknown) => unknown): unknown {
  if (typeof result === 'object' && result !== null) {
    if (isPromise(result)) return Promise.resolve(result).then((settled) => gathered(settled, root, take))
    if (Symbol.asyncIterator in result) return gather(result as AsyncIterable<unknown>, root).then(take) // it has the iterator
    if (Symbol.iterator in result && !Array.isArray(result)) return take([...(result as Iterable<unknown>)]) // it has the iterator
  }
  return take(result)
}

function commitAfter(state: StateSession, result: unknown): unknown {
  const committed = state.commit()
  return committed === undefined ? result : committed.then(() => result)
}

/** Pulls no more once the root has failed. */
async function gather(messages: AsyncIterable<unknown>, root: Root): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const message of messages) {
    if (root.failure !== undefined) break
    all.push(message)
  }
  return all
}
