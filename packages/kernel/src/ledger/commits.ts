import { type DurableStore, type LedgerWrite, MillraceError, type StateWrite } from '@millrace/contracts'

/** Adds what it has to say to a commit that is about to begin; what is not known yet comes by promises. */
export type Contribute = () => readonly Promise<readonly LedgerWrite[]>[]

/** What is committed together, and what leaves after it. */
interface Batch {
  readonly writes: readonly StateWrite[]
  readonly entries: LedgerWrite[]
  readonly leaving: readonly (() => void)[]
}

/** How many removals may wait for something else to be committed. */
const mostRemovals = 1000

/**
 * Commits what a worker has recorded, and holds back what may be seen only after that.
 *
 * C1  What is recorded until a flush is one commit; one commit is under way at a time, and what is recorded meanwhile is the next.
 * C2  What leaves is let go in the order in which it came, after everything that was recorded before it has been kept.
 * C3  After a commit has failed nothing is kept any more, and nothing leaves.
 */
export class Commits {
  readonly #store: DurableStore
  readonly #failed: (error: MillraceError) => void
  readonly #contributors: Contribute[] = []
  #writes: StateWrite[] = []
  #entries = new Map<string, string | undefined>()
  #removals = 0
  #leaving: (() => void)[] = []
  #flushLater: () => void = () => undefined
  /** Number of the flush that what is recorded now will be kept by, from 1, and of the last that has been kept. */
  #next = 1
  #kept = 0
  #isBusy = false
  /** Whether a contributor has something to say. */
  #isAsked = false
  #hasFailed = false
  #settling: (() => void)[] = []

  /** @param failed hears once of the commit that failed */
  constructor(store: DurableStore, failed: (error: MillraceError) => void) {
    this.#store = store
    this.#failed = failed
  }

  /** Number of the flush that keeps what is recorded now, from 1. */
  get next(): number {
    return this.#next
  }

  /** Number of the last flush that has been kept. */
  get kept(): number {
    return this.#kept
  }

  /** Whether nothing waits to be kept or to leave. */
  get isSettled(): boolean {
    return !this.#isBusy && this.#isEmpty
  }

  /** @param flushLater asks for a flush at the end of the work at hand */
  attach(flushLater: () => void): void {
    this.#flushLater = flushLater
    if (!this.#isEmpty) flushLater()
  }

  /** Has a say before each commit. */
  contribute(contribute: Contribute): void {
    this.#contributors.push(contribute)
  }

  /** State is written. */
  write(writes: readonly StateWrite[]): void {
    this.#writes.push(...writes)
    this.#flushLater()
  }

  /** An entry of the ledger is written. */
  set(entry: string, text: string): void {
    this.#entries.set(entry, text)
    this.#flushLater()
  }

  /** An entry is over. It is removed with whatever is committed next: who finds it finds work that is done twice, not wrongly. */
  remove(entry: string): void {
    this.#entries.set(entry, undefined)
    if (++this.#removals > mostRemovals) this.#flushLater()
  }

  /** A contributor has something to say at the next flush. */
  flushSoon(): void {
    this.#isAsked = true
    this.#flushLater()
  }

  /** Calls when all that has been recorded so far is kept. */
  leave(call: () => void): void {
    this.#leaving.push(call)
    this.#flushLater()
  }

  /** Begins a commit where there is something to keep, and lets go what may leave. */
  flush(): void {
    if (this.#isBusy || this.#hasFailed) return
    this.#isBusy = true
    void this.#commitAll()
  }

  /** Resolves when everything has been kept and has left, or can no more. */
  settled(): Promise<void> {
    this.#removals = mostRemovals + 1
    this.flush()
    if (!this.#isBusy || this.#hasFailed) return Promise.resolve()
    return new Promise((resolve) => this.#settling.push(resolve))
  }

  async #commitAll(): Promise<void> {
    try {
      do {
        this.#isAsked = false
        const contributed = this.#contributors.flatMap((contribute) => contribute())
        const { writes, entries, leaving } = this.#take()
        const flush = this.#next++
        if (contributed.length > 0) entries.push(...(await Promise.all(contributed)).flat())
        if (writes.length > 0 || entries.length > 0) await this.#store.commit(writes, entries)
        this.#kept = flush
        for (const call of leaving) call()
      } while (!this.#isEmpty)
      this.#isBusy = false
    } catch (thrown) {
      this.#hasFailed = true
      this.#failed(MillraceError.from(thrown, 'BACKEND_UNAVAILABLE', 'what was done here could not be kept'))
    }
    for (const tell of this.#settling.splice(0)) tell()
  }

  #take(): Batch {
    const leaving = this.#leaving
    this.#leaving = []
    if (!this.#mustCommit) return { writes: [], entries: [], leaving }
    const writes = this.#writes
    const entries = [...this.#entries].map(([entry, text]) => ({ entry, text }))
    this.#writes = []
    this.#entries = new Map()
    this.#removals = 0
    return { writes, entries, leaving }
  }

  get #mustCommit(): boolean {
    if (this.#writes.length > 0) return true
    if (this.#removals > mostRemovals && this.#entries.size > 0) return true
    for (const text of this.#entries.values()) if (text !== undefined) return true
    return false
  }

  get #isEmpty(): boolean {
    return this.#leaving.length === 0 && !this.#isAsked && !this.#mustCommit
  }
}
