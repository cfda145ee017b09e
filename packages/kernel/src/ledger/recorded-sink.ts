import type { LedgerWrite, Position } from '@millrace/contracts'
import type { SinkCheckpoint } from '../runtime/sinks.js'
import type { Cursor } from './cursors.js'
import { noteEntry, positionText } from './entries.js'

/**
 * How far a sink has come, and where it stood then: both are kept together, so that neither a line is missing nor one is doubled
 * whatever the process dies of.
 */
export class RecordedSink {
  readonly #checkpoint: SinkCheckpoint
  #moved = new Map<Cursor | undefined, Position>()
  #waiting: (() => void) | undefined

  constructor(checkpoint: SinkCheckpoint) {
    this.#checkpoint = checkpoint
  }

  /** A write has ended. @param cursor of the node in the message's domain; undefined where it belongs to none */
  wrote(cursor: Cursor | undefined, position: Position): void {
    this.#moved.set(cursor, position)
  }

  /** A write that took its time has ended, and the next has not begun. */
  ended(): void {
    this.#waiting?.()
    this.#waiting = undefined
  }

  /**
   * What is to be kept of what it has written; undefined for nothing new.
   *
   * @param isWriting whether a write is under way; its end is waited for, since no sink can say where it stands meanwhile
   */
  take(isWriting: boolean): Promise<readonly LedgerWrite[]> | undefined {
    if (this.#moved.size === 0) return undefined
    if (!isWriting) return this.#entries()
    return new Promise((resolve) => {
      this.#waiting = () => resolve(this.#entries())
    })
  }

  async #entries(): Promise<readonly LedgerWrite[]> {
    const moved = this.#moved
    this.#moved = new Map()
    const mark = await this.#checkpoint.take()
    const cursors = [...moved].flatMap(([cursor, position]) =>
      cursor === undefined ? [] : [{ entry: cursor.entry, text: positionText(position) }],
    )
    return [...cursors, { entry: noteEntry(`sink:${this.#checkpoint.name}`), text: JSON.stringify(mark) }]
  }
}
