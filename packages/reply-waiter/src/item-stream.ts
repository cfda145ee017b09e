/** What the owner of a stream hears from it. */
export interface ItemStreamHooks {
  /** It is the other side's turn now: an item was taken, or put where none was waiting. */
  readonly onTurn: () => void
  /** The reader went away before the end. */
  readonly onBreak: () => void
}

interface HeldItem {
  readonly payload: unknown
  readonly taken: () => void
}

interface Reader {
  readonly resolve: (result: IteratorResult<unknown, undefined>) => void
  readonly reject: (error: Error) => void
}

/** What is left to be said once nothing more comes: nothing, or an error that the reader has not seen yet. */
interface End {
  error: Error | undefined
}

/**
 * Items on their way to one reader. Whoever puts one in learns when it was taken; that is the back-pressure. It can be read
 * once; a second loop over it goes on where the first stopped.
 */
export class ItemStream implements AsyncIterableIterator<unknown, undefined, undefined> {
  readonly #hooks: ItemStreamHooks
  readonly #items: HeldItem[] = []
  readonly #readers: Reader[] = []
  #end: End | undefined

  constructor(hooks: ItemStreamHooks) {
    this.#hooks = hooks
  }

  /** Hands an item over. @returns a promise when it waits for the reader; it resolves when the item is taken or given up */
  push(payload: unknown): undefined | Promise<void> {
    if (this.#end !== undefined) return undefined
    const reader = this.#readers.shift()
    if (reader !== undefined) {
      this.#hooks.onTurn()
      reader.resolve({ value: payload, done: false })
      return undefined
    }
    if (this.#items.length === 0) this.#hooks.onTurn()
    return new Promise((taken) => {
      this.#items.push({ payload, taken })
    })
  }

  /** Ends the stream, or lets it fail, after the items that still wait. Those who put them in wait no longer. */
  finish(error?: Error): void {
    for (const { taken } of this.#items) taken()
    this.#close(error)
  }

  /** Ends the stream, or lets it fail, at once; items that still wait are given up. */
  abandon(error?: Error): void {
    for (const { taken } of this.#items.splice(0)) taken()
    this.#close(error)
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    const item = this.#items.shift()
    if (item !== undefined) return this.#take(item)
    if (this.#end !== undefined) return lastResult(this.#end)
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject })
    })
  }

  async return(): Promise<IteratorResult<unknown, undefined>> {
    const open = this.#end === undefined
    this.abandon()
    this.#end = { error: undefined }
    if (open) this.#hooks.onBreak()
    return done
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #take({ payload, taken }: HeldItem): Promise<IteratorResult<unknown, undefined>> {
    if (this.#end === undefined) this.#hooks.onTurn()
    taken()
    return Promise.resolve({ value: payload, done: false })
  }

  #close(error: Error | undefined): void {
    if (this.#end !== undefined) return
    const end: End = { error }
    this.#end = end
    for (const reader of this.#readers.splice(0)) lastResult(end).then(reader.resolve, reader.reject)
  }
}

const done: IteratorReturnResult<undefined> = { value: undefined, done: true }

/** The error, the first time; then the end. */
function lastResult(end: End): Promise<IteratorResult<unknown, undefined>> {
  const { error } = end
  end.error = undefined
  return error === undefined ? Promise.resolve(done) : Promise.reject(error)
}
