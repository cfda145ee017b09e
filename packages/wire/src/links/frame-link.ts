/**
 * One end of an open link.
 *
 * 1. Nothing is read before `listen`; a few frames may have come in one read with the handshake, and wait as they are.
 * 2. A record is handed over in the read that completed its frame, never inside `send` or `listen`.
 * 3. What a listener throws is thrown again outside of everything; the records after it are handed over all the same.
 * 4. The peer's farewell follows all that it has sent: this end hears `closed`, answers with what it still holds and its own
 *    farewell. So the one that closed first hears everything too, and then `closed`.
 * 5. A stream that ends without a farewell, or is refused, is lost: what was not handed over is dropped.
 * 6. An end hears `end` once, and then nothing more.
 */
import type { Link, LinkEnd, LinkListener, LinkRecord, SlotId } from '@millrace/contracts'
import type { Session } from '../session.js'
import type { FrameReceiver, FrameStream } from './frame-stream.js'
import { FrameWriter } from './frame-writer.js'
import { Outstanding } from './outstanding.js'

/** Who hears what becomes of a link. */
export interface LinkObserver {
  /** Nothing more is handed over, and the two slots may be linked again. Called once, before the listener hears it. */
  ended(link: FrameLink, end: LinkEnd): void
  /** Its stream is gone too. */
  gone(link: FrameLink): void
  refused(error: unknown, peer: SlotId): void
  /** Hears of each batch; undefined where nobody wants to know. */
  readonly batch: ((link: FrameLink, direction: 'in' | 'out', records: number) => void) | undefined
}

/** What a link is made of. */
export interface FrameLinkParts {
  readonly local: SlotId
  readonly session: Session
  readonly stream: FrameStream
  readonly observer: LinkObserver
  /** What came with the batch that confirmed the session. */
  readonly early: readonly LinkRecord[]
}

/** What came before `listen`: records that came with the confirmation, then frames as they are. */
interface Early {
  readonly records: readonly LinkRecord[]
  readonly frames: Buffer[]
}

const none: Early = { records: [], frames: [] }

/** Hears nothing: for a link that is closed before anybody listened. */
const nobody: LinkListener = { record: () => undefined, end: () => undefined }

/** One end of a link over a stream. Its holder sees only the `Link`; the rest is for the transport. */
export class FrameLink implements Link, FrameReceiver {
  readonly local: SlotId
  readonly peer: SlotId
  readonly incarnation: number
  /** Resolves when nothing more is handed over. */
  readonly ended: Promise<void>
  /** Resolves when its stream is gone too. */
  readonly closed: Promise<void>
  readonly #stream: FrameStream
  readonly #session: Session
  readonly #observer: LinkObserver
  readonly #writer: FrameWriter
  readonly #outstanding = new Outstanding()
  readonly #onRecord = (record: LinkRecord): void => this.#receive(record)
  /** What came before `listen`. */
  #early: Early
  #settleEnded: () => void = () => undefined
  #settleClosed: () => void = () => undefined
  #listener: LinkListener | undefined
  #begun = false
  #outlet: 'open' | 'shut' = 'open'
  #end: LinkEnd | undefined
  #received = 0

  constructor({ local, session, stream, observer, early }: FrameLinkParts) {
    this.local = local
    this.peer = session.peer.slot
    this.incarnation = session.peer.incarnation
    this.#stream = stream
    this.#session = session
    this.#observer = observer
    this.#early = { records: early, frames: [] }
    const { batch } = observer
    const onBatch = batch && ((records: number) => batch(this, 'out', records))
    this.#writer = new FrameWriter({ stream, sealer: session.sealer, onBatch })
    this.ended = new Promise((resolve) => {
      this.#settleEnded = resolve
    })
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve
    })
  }

  /** True until either side begins to close, or the link is lost. */
  get isOpen(): boolean {
    return this.#outlet === 'open' && this.#end === undefined
  }

  /** Grows with everything that is read or written. */
  get progress(): number {
    return this.#stream.progress
  }

  send(record: LinkRecord): void {
    if (this.#outlet === 'shut') return
    this.#writer.add(record)
    this.#outstanding.send(record)
    this.#writer.flushSoon(this.#outstanding.count)
  }

  listen(listener: LinkListener): void {
    if (this.#listener !== undefined)
      throw new TypeError(`The link of ${this.local} to ${this.peer} is listened to already`)
    this.#listener = listener
    process.nextTick(() => this.#begin(listener))
  }

  async close(): Promise<void> {
    this.#shut()
    const listened = this.#listener === undefined ? undefined : this.ended
    await Promise.all([listened, this.#writer.done])
  }

  /** Closes, listens where nobody did, and waits until the stream is gone. */
  async abandon(): Promise<void> {
    if (this.#listener === undefined) this.listen(nobody)
    await this.close()
    await this.closed
  }

  /** Ends the link at once; both ends hear `lost`. */
  lose(): void {
    this.#stream.destroy()
    this.#finish('lost')
  }

  frame(frame: Buffer): void {
    if (this.#end !== undefined) return
    if (this.#begun) this.#open(frame)
    else this.#early.frames.push(Buffer.from(frame))
  }

  refused(error: unknown): void {
    this.#observer.refused(error, this.peer)
    this.#finish('lost')
  }

  drained(): void {
    this.#writer.drained()
  }

  finished(): void {
    if (this.#end === undefined) this.lose()
  }

  gone(): void {
    this.#finish('lost')
    this.#writer.drop()
    this.#observer.gone(this)
    this.#settleClosed()
  }

  #begin(listener: LinkListener): void {
    this.#begun = true
    if (this.#end !== undefined) return this.#tell(listener, this.#end)
    for (const record of this.#early.records) this.#receive(record)
    this.#stream.guard(() => {
      for (const frame of this.#early.frames) if (this.#end === undefined) this.#open(frame)
    })
    this.#early = none
    this.#stream.resume()
  }

  #open(frame: Buffer): void {
    const before = this.#received
    const kind = this.#session.opener.open(frame, this.#stream.lastEmpty, this.#onRecord)
    if (kind === 'bye') {
      this.#shut()
      this.#finish('closed')
    } else this.#observer.batch?.(this, 'in', this.#received - before)
  }

  #receive(record: LinkRecord): void {
    if (this.#end !== undefined) return
    this.#received++
    this.#outstanding.receive(record)
    try {
      this.#listener?.record(record)
    } catch (error) {
      throwOutside(error)
    }
  }

  #shut(): void {
    if (this.#outlet === 'shut') return
    this.#outlet = 'shut'
    this.#writer.close()
  }

  #finish(end: LinkEnd): void {
    if (this.#end !== undefined) return
    this.#end = end
    this.#outlet = 'shut'
    this.#observer.ended(this, end)
    this.#settleEnded()
    if (this.#begun && this.#listener !== undefined) this.#tell(this.#listener, end)
  }

  #tell(listener: LinkListener, end: LinkEnd): void {
    try {
      listener.end(end)
    } catch (error) {
      throwOutside(error)
    }
  }
}

/** The error is its thrower's own; what follows on the link is still owed to it. */
export function throwOutside(error: unknown): void {
  process.nextTick(() => {
    throw error
  })
}
