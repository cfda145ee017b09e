/** One change of a space: the new value of a key, or undefined to remove it. */
export interface StateWrite {
  readonly space: string
  readonly key: string
  readonly value: unknown
}

/**
 * Where state lives. A store never hands out a value that a later commit changes: values are replaced, not mutated.
 *
 * Every implementation passes the suite `stateStoreSuite` of `@millrace/conformance`.
 */
export interface StateStore {
  /**
   * The committed values of some keys, in their order, undefined where there is none. Synchronous where the store can be.
   *
   * @param space the state of one node, `node.state`
   * @throws MillraceError BACKEND_UNAVAILABLE
   */
  load(space: string, keys: readonly string[]): readonly unknown[] | Promise<readonly unknown[]>
  /** Some keys will be loaded soon: a store that has to fetch them may begin. */
  expect?(space: string, keys: readonly string[]): void
  /**
   * Applies all writes or none; of two for the same key the later counts.
   *
   * @throws MillraceError BACKEND_UNAVAILABLE, FENCED
   */
  commit(writes: readonly StateWrite[]): void | Promise<void>
  /** Gives back what the store holds; later calls fail with DI_CLOSED. */
  close(): void | Promise<void>
}

/** One change of a slot's ledger: the new text of an entry, or undefined to remove it. */
export interface LedgerWrite {
  readonly entry: string
  readonly text: string | undefined
}

/**
 * A store that outlives the process that writes to it. It is opened for one slot, and holds the slot's ledger beside its state:
 * what a later process of the slot must know to go on where this one ended. Whoever opens it for the slot later fences it off.
 *
 * Every implementation passes the suite `durableStoreSuite` of `@millrace/conformance`.
 */
export interface DurableStore extends StateStore {
  /** The slot's ledger as it was found when the store was opened. */
  readonly found: ReadonlyMap<string, string>
  /**
   * Applies all writes to state and ledger or none, in the order of the calls. It has been kept when the promise resolves. It is
   * tried again while the backend is away; a commit whose outcome was not heard is not applied twice.
   *
   * @throws MillraceError BACKEND_UNAVAILABLE when the backend has been away for too long or refuses; FENCED when another
   * process has the slot, or this one's lease has run out. Nothing that is committed after a failure is applied.
   */
  commit(writes: readonly StateWrite[], ledger?: readonly LedgerWrite[]): Promise<void>
  close(): Promise<void>
}
