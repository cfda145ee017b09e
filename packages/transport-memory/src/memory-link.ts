/**
 * A link inside one process: two ends, each with an inbox of what its peer has sent.
 *
 * 1. A record is handed over in a scheduled run, never inside `send`, so a receiver cannot re-enter its sender.
 * 2. Each end has at most one run scheduled, so no scheduler can change the order of its records.
 * 3. A run hands over what was in the inbox when it began; what is sent meanwhile comes with the next.
 * 4. An end that hears `closed` has first been handed all that its peer sent. It answers by closing its own side, so the
 *    closer hears everything too.
 * 5. A lost link drops what was not yet handed over. Both ends hear `lost`.
 * 6. An end hears `end` once, and then nothing more.
 */
import { JsonText, type Link, type LinkEnd, type LinkListener, type LinkRecord, type SlotId } from '@millrace/contracts'
import { copyPayload } from './copy-payload.js'
import { createRingQueue } from './ring-queue.js'

/** What a link needs from its transport. */
export interface MemoryLinkParts {
  /** Runs a batch later, once, outside of the caller's stack. */
  readonly schedule: (run: () => void) => void
  /** True to copy each payload as it is sent. */
  readonly serialise: boolean
}

/** Both ends of one link. */
export interface MemoryLinkPair {
  readonly near: MemoryLink
  readonly far: MemoryLink
  /** Resolves when both ends have heard the end, or will never listen. */
  readonly ended: Promise<void>
  /** True until either end begins to close, or the link is lost. */
  isOpen(): boolean
  /** Loses the link: both ends hear `lost`. */
  lose(): void
  /** Closes both ends without waiting for one that does not listen. */
  close(): Promise<void>
}

/** Connects two slots. */
export function createMemoryLinkPair(from: SlotId, to: SlotId, parts: MemoryLinkParts): MemoryLinkPair {
  const near = new MemoryLink(from, to, parts)
  const far = near.other
  const ended = Promise.all([near.ended, far.ended]).then(() => undefined)
  return {
    near,
    far,
    ended,
    // Whatever ends the far end reaches the near one at once.
    isOpen: () => near.isOpen(),
    lose: () => near.lose(),
    close() {
      near.abandon()
      far.abandon()
      return ended
    },
  }
}

/** What an end expects: more records, the last of them before an end, or nothing as it has heard the end. */
type Inlet = 'open' | LinkEnd | 'ended'

/** One end. Its holder sees only the `Link`; the rest is between the two ends and their transport. */
export class MemoryLink implements Link {
  readonly local: SlotId
  readonly peer: SlotId
  /** Resolves when this end has heard the end, or will never listen. */
  readonly ended: Promise<void>
  readonly other: MemoryLink
  readonly #parts: MemoryLinkParts
  readonly #inbox = createRingQueue<LinkRecord>()
  readonly #handOver = (): void => this.#runBatch()
  #settle: () => void = () => undefined
  #listener: LinkListener | undefined
  #inlet: Inlet = 'open'
  #outlet: 'open' | 'shut' = 'open'
  #run: 'none' | 'scheduled' = 'none'

  /** @param other the end it belongs to; made when it is left out */
  constructor(local: SlotId, peer: SlotId, parts: MemoryLinkParts, other?: MemoryLink) {
    this.local = local
    this.peer = peer
    this.#parts = parts
    this.ended = new Promise((resolve) => {
      this.#settle = resolve
    })
    this.other = other ?? new MemoryLink(peer, local, parts, this)
  }

  isOpen(): boolean {
    return this.#inlet === 'open' && this.#outlet === 'open'
  }

  send(record: LinkRecord): void {
    if (this.#outlet === 'shut') return
    this.other.#take(this.#parts.serialise || isRead(record) ? copyRecord(record) : record)
  }

  listen(listener: LinkListener): void {
    if (this.#listener !== undefined)
      throw new TypeError(`The link of ${this.local} to ${this.peer} is listened to already`)
    this.#listener = listener
    this.#wake()
  }

  async close(): Promise<void> {
    this.#shut()
    if (this.#listener === undefined) this.#settle()
    await Promise.all([this.ended, this.other.ended])
  }

  /** Closes, and waits for no listener that did not come. */
  abandon(): void {
    this.#shut()
    if (this.#listener !== undefined) return
    this.#inbox.clear()
    this.#settle()
  }

  lose(): void {
    this.#beLost()
    this.other.#beLost()
  }

  /** Dies: hears nothing more, not even the end. */
  die(): void {
    this.#outlet = 'shut'
    this.#inlet = 'ended'
    this.#inbox.clear()
    this.#settle()
  }

  #beLost(): void {
    this.#outlet = 'shut'
    this.#expectEnd('lost')
    if (this.#listener === undefined) this.#settle()
  }

  #take(record: LinkRecord): void {
    this.#inbox.push(record)
    this.#wake()
  }

  #shut(): void {
    if (this.#outlet === 'shut') return
    this.#outlet = 'shut'
    this.other.#expectEnd('closed')
  }

  #expectEnd(end: LinkEnd): void {
    if (this.#inlet === 'ended') return
    if (end === 'lost') this.#inbox.clear()
    this.#inlet = end
    this.#wake()
  }

  #wake(): void {
    if (this.#run === 'scheduled' || this.#listener === undefined) return
    if (this.#inbox.length === 0 && (this.#inlet === 'open' || this.#inlet === 'ended')) return
    this.#run = 'scheduled'
    this.#parts.schedule(this.#handOver)
  }

  #runBatch(): void {
    this.#run = 'none'
    const listener = this.#listener
    if (listener === undefined) return
    try {
      this.#handRecordsTo(listener)
      this.#handEndTo(listener)
    } finally {
      // Also when the listener threw: its error is its own, what follows is still owed to it.
      this.#wake()
    }
  }

  #handRecordsTo(listener: LinkListener): void {
    for (let left = this.#inbox.length; left > 0; left--) {
      const record = this.#inbox.shift()
      if (record === undefined) return
      listener.record(record)
    }
  }

  #handEndTo(listener: LinkListener): void {
    const end = this.#inlet
    if (this.#inbox.length > 0 || end === 'open' || end === 'ended') return
    this.#inlet = 'ended'
    this.#shut()
    this.#settle()
    listener.end(end)
  }
}

/** A receiver gets no text in place of what it says, unless nobody is to read it. */
function isRead(record: LinkRecord): boolean {
  return record.kind === 'envelope' && record.payload instanceof JsonText && !record.payload.unread
}

function copyRecord(record: LinkRecord): LinkRecord {
  return record.kind === 'envelope' ? { ...record, payload: copyPayload(record.payload) } : record
}
