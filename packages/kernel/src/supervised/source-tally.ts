import type { MillraceError, SlotId } from '@millrace/contracts'

/** Which of the workers that read sources have said that theirs have ended. */
export class SourceTally {
  /** How many messages each source has sent, when all have ended; rejects with the first failure. */
  readonly ended: Promise<Readonly<Record<string, number>>>
  /** Whether no worker reads a source. */
  readonly none: boolean
  readonly #left: Set<SlotId>
  #roots: Readonly<Record<string, number>> = {}
  #resolve: (roots: Readonly<Record<string, number>>) => void = () => undefined
  #reject: (error: MillraceError) => void = () => undefined

  constructor(slots: readonly SlotId[]) {
    this.#left = new Set(slots)
    this.none = slots.length === 0
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.ended.catch(() => undefined) // a service that drains has nobody who waits for its sources
  }

  slotEnded(slot: SlotId, roots: Readonly<Record<string, number>>): void {
    this.#roots = { ...this.#roots, ...roots }
    this.#left.delete(slot)
    if (this.#left.size === 0) this.#resolve(this.#roots)
  }

  fail(error: MillraceError): void {
    this.#reject(error)
  }
}
