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
  /**
   * Applies all writes or none; of two for the same key the later counts.
   *
   * @throws MillraceError BACKEND_UNAVAILABLE, FENCED
   */
  commit(writes: readonly StateWrite[]): void | Promise<void>
  /** Gives back what the store holds; later calls fail with DI_CLOSED. */
  close(): void | Promise<void>
}
