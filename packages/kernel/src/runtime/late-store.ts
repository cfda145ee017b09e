import { MillraceError, type StateStore, type StateWrite } from '@millrace/contracts'

/** A store that is opened when the runtime starts: whoever makes a runtime has started nothing. */
export class LateStore implements StateStore {
  readonly #open: (signal: AbortSignal) => Promise<StateStore>
  #store: StateStore | undefined

  constructor(open: (signal: AbortSignal) => Promise<StateStore>) {
    this.#open = open
  }

  /** @param signal gives it up @throws MillraceError BACKEND_UNAVAILABLE, FENCED, the reason of the signal */
  async open(signal: AbortSignal): Promise<void> {
    this.#store = await this.#open(signal)
  }

  load(space: string, keys: readonly string[]): readonly unknown[] | Promise<readonly unknown[]> {
    return this.#opened.load(space, keys)
  }

  commit(writes: readonly StateWrite[]): void | Promise<void> {
    return this.#opened.commit(writes)
  }

  async close(): Promise<void> {
    await this.#store?.close()
    this.#store = undefined
  }

  get #opened(): StateStore {
    if (this.#store === undefined) throw new MillraceError('DI_CLOSED', 'the state store is not open')
    return this.#store
  }
}
