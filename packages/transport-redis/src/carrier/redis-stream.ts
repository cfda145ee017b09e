import { MillraceError } from '@millrace/contracts'
import { type ConnectionClock, FrameStream, type FrameStreamParts } from '@millrace/wire/links'
import { farewellMs, grantBytes, unansweredBytes, unansweredEntries, windowBytes } from './flow.js'
import type { EntryHead, InboxEntry } from './inbox-entry.js'

/** Where a stream puts its entries. */
export interface Outlet {
  /** @param answered hears whether the inbox of the peer has it; false when the connection is of no more use */
  post(head: EntryHead, data: readonly Buffer[], answered: (there: boolean) => void): void
  /** Nothing more is posted. */
  close(): void
}

/** What a stream of entries is made of. */
export interface RedisStreamParts extends FrameStreamParts {
  readonly outlet: Outlet
  /** What the first entry says. */
  readonly first: { readonly kind: 'data' } | { readonly kind: 'open'; readonly inbox: string; readonly slot: string }
  /** How the entries of this side are addressed. */
  readonly to: string
  /** A monotonic time at which the inbox of this process held nothing unread. */
  readonly inbox: { readonly lastEmpty: number }
}

type Taken = (() => void) | undefined

/** Frames in the entries of inboxes, as `inbox-entry.ts` and `flow.ts` say. */
export class RedisStream extends FrameStream {
  readonly #parts: RedisStreamParts
  readonly #clock: ConnectionClock
  readonly #flush = (): void => this.#onFlush()
  /** What the next entry holds. */
  #frames: Buffer[] = []
  #taken: Taken[] = []
  #flushing: 'none' | 'soon' = 'none'
  #sentEntries = 0
  #sentBytes = 0
  #grantedBytes = 0
  #unansweredEntries = 0
  #unansweredBytes = 0
  #receivedEntries = 0
  #readBytes = 0
  #toldBytes = 0
  /** What has come while nothing is read. */
  #kept: InboxEntry[] | undefined
  #keptBytes = 0
  #wasLost = false
  #maxFrameBytes = 0
  #progress = 0
  #outgoing: 'open' | 'finishing' | 'finished' = 'open'
  #incoming: 'open' | 'finished' = 'open'
  #farewell: NodeJS.Timeout | undefined
  #isOver = false

  constructor(parts: RedisStreamParts) {
    super(parts)
    this.#parts = parts
    this.#clock = parts.clock
  }

  get idle(): boolean {
    return (
      this.#unansweredEntries < unansweredEntries &&
      this.#unansweredBytes < unansweredBytes &&
      this.#sentBytes - this.#grantedBytes < windowBytes
    )
  }

  get progress(): number {
    return this.#progress
  }

  /**
   * What Redis holds may be old for good reasons: it was away, and what waited in it is still right. So only a handshake has an
   * age; afterwards the numbers of entries and the counters of frames say that nothing is repeated or left out.
   */
  override get lastEmpty(): number {
    return this.#maxFrameBytes > 0 ? Number.NEGATIVE_INFINITY : this.#clock.wallAt(this.#parts.inbox.lastEmpty)
  }

  override open(maxFrameBytes: number): void {
    super.open(maxFrameBytes)
    this.#maxFrameBytes = maxFrameBytes
  }

  /** @param taken is called when Redis has all of it */
  write(frame: Buffer, taken?: () => void): void {
    if (this.#isOver) return
    this.#frames.push(frame)
    this.#taken.push(taken)
    this.#sentBytes += frame.length
    this.#unansweredBytes += frame.length
    this.#flushSoon()
  }

  pause(): void {
    this.#kept ??= []
  }

  resume(): void {
    const kept = this.#kept ?? []
    this.#kept = undefined
    this.#keptBytes = 0
    for (const entry of kept) this.#read(entry)
    if (this.#wasLost) this.vanish()
  }

  finish(): void {
    if (this.#outgoing !== 'open') return
    this.#outgoing = 'finishing'
    this.#flushSoon()
  }

  destroy(): void {
    this.#end()
  }

  /** The peer has ended it, or cannot be reached. */
  vanish(): void {
    this.#end()
  }

  /** Takes an entry, whose data are views that are valid only during the call. */
  receive(entry: InboxEntry): void {
    if (this.#isOver) return
    const { kind, number, read } = entry.head
    if (kind === 'lost') return this.#lost()
    if (number <= this.#receivedEntries) return this.#refuse(repeated())
    // Something that was put into the inbox is gone, and never comes.
    if (number > this.#receivedEntries + 1) return this.destroy()
    this.#receivedEntries = number
    this.#progress++
    this.#farewell?.refresh()
    if (read > this.#sentBytes || read < this.#grantedBytes)
      return this.#refuse(malformed('it has read what was never sent'))
    this.#granted(read)
    if (this.#kept === undefined) this.#read(entry)
    else this.#keep(this.#kept, entry)
  }

  protected get unread(): boolean {
    // When the inbox was empty, its reader knows.
    return true
  }

  /** A peer that had said all waits for nobody; what it has said is handed over all the same. */
  #lost(): void {
    if (this.#kept?.at(-1)?.head.kind === 'close') this.#wasLost = true
    else this.vanish()
  }

  #keep(kept: InboxEntry[], { head, data }: InboxEntry): void {
    for (const { length } of data) this.#keptBytes += length
    if (this.#keptBytes > windowBytes + this.#maxFrameBytes)
      return this.#refuse(malformed('more has come than was granted'))
    kept.push({ head, data: data.map((bytes) => Buffer.from(bytes)) })
  }

  #read({ head, data }: InboxEntry): void {
    if (this.#isOver) return
    if (this.#incoming === 'finished') return this.#refuse(malformed('its sender had nothing more to say'))
    for (const bytes of data) {
      this.#readBytes += bytes.length
      this.take(bytes)
    }
    if (head.kind === 'close') this.#finished()
    else if (this.#readBytes - this.#toldBytes >= grantBytes) this.#flushSoon()
  }

  #finished(): void {
    this.#incoming = 'finished'
    this.receiver.finished()
    this.#settle()
  }

  #granted(read: number): void {
    const wasIdle = this.idle
    this.#grantedBytes = read
    if (!wasIdle && this.idle) this.receiver.drained?.()
  }

  #flushSoon(): void {
    if (this.#flushing === 'soon' || this.#isOver) return
    this.#flushing = 'soon'
    process.nextTick(this.#flush)
  }

  #onFlush(): void {
    this.#flushing = 'none'
    if (this.#isOver || this.#outgoing === 'finished') return
    const [frames, taken] = [this.#frames, this.#taken]
    this.#frames = []
    this.#taken = []
    this.#toldBytes = this.#readBytes
    this.#unansweredEntries++
    const head = this.#nextHead()
    if (this.#outgoing === 'finishing') this.#sayLast()
    this.#parts.outlet.post(head, frames, (there) => this.#answered(there, frames, taken))
  }

  #nextHead(): EntryHead {
    const { to, first } = this.#parts
    const head = { to, number: ++this.#sentEntries, read: this.#readBytes }
    if (this.#sentEntries === 1) return { ...head, ...first }
    return { ...head, kind: this.#outgoing === 'finishing' ? 'close' : 'data' }
  }

  /** A peer that was killed says nothing more, and nobody tells. */
  #sayLast(): void {
    if (this.#sentEntries === 1) return this.#flushSoon()
    this.#outgoing = 'finished'
    this.#farewell = setTimeout(() => setImmediate(() => this.destroy()), farewellMs)
  }

  #answered(there: boolean, frames: readonly Buffer[], taken: readonly Taken[]): void {
    if (this.#isOver) return
    if (!there) return this.vanish()
    this.#progress++
    this.#unansweredEntries--
    for (const { length } of frames) this.#unansweredBytes -= length
    for (const one of taken) one?.()
    if (this.idle) this.receiver.drained?.()
    this.#settle()
  }

  #settle(): void {
    if (this.#outgoing === 'finished' && this.#incoming === 'finished' && this.#unansweredEntries === 0) this.#end()
  }

  #refuse(error: MillraceError): void {
    this.guard(() => {
      throw error
    })
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#farewell)
    this.#frames = []
    this.#taken = []
    this.#kept = undefined
    this.#parts.outlet.close()
    // Later, as a socket tells it: whoever has ended it may be in the middle of something.
    process.nextTick(() => this.over())
  }
}

function repeated(): MillraceError {
  return new MillraceError(
    'SEC_REPLAY',
    'an entry was refused, because its number has been there before; only workers of this run may write into the inboxes of Redis',
  )
}

function malformed(why: string): MillraceError {
  return new MillraceError(
    'SEC_FRAME_MALFORMED',
    `an entry was refused, because ${why}; only workers of this run may write into the inboxes of Redis`,
  )
}
