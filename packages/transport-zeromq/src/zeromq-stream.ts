import { MillraceError } from '@millrace/contracts'
import { createHeadedQueue, FrameStream, type FrameStreamParts } from '@millrace/wire/links'
import { chunkBytes, chunksOf, grant, grantChunks, kindOf, noMore, windowChunks } from './flow.js'

/** How a stream ends: both have finished, this end gives it up, or it is gone already. */
export type StreamEnd = 'finished' | 'lost' | 'gone'

/** Where a stream puts its messages. */
export interface Outlet {
  send(message: Buffer): void
  /** Nothing more is sent. */
  close(end: StreamEnd): void
}

/** What a stream of messages is made of. */
export interface ZeromqStreamParts extends FrameStreamParts {
  readonly outlet: Outlet
  /** Tells whether its socket may hold something unread. */
  readonly reader: { readonly unread: boolean }
}

/** A chunk that waits for its peer to grant it. */
interface Waiting {
  readonly chunk: Buffer
  readonly taken: Taken
}

type Taken = (() => void) | undefined

/** Frames in messages of ZeroMQ, as `flow.ts` says. */
export class ZeromqStream extends FrameStream {
  readonly #outlet: Outlet
  readonly #reader: ZeromqStreamParts['reader']
  readonly #waiting = createHeadedQueue<Waiting>()
  /** Who wants to know that a chunk was read, for each that is under way. */
  readonly #underWay = createHeadedQueue<Taken>()
  /** What has come while nothing is read. */
  #kept: Buffer[] | undefined
  #readNotGranted = 0
  #progress = 0
  #outgoing: 'open' | 'finishing' | 'finished' = 'open'
  #incoming: 'open' | 'finished' = 'open'
  #isOver = false

  constructor({ outlet, reader, ...parts }: ZeromqStreamParts) {
    super(parts)
    this.#outlet = outlet
    this.#reader = reader
  }

  get idle(): boolean {
    return this.#underWay.length < windowChunks && this.#waiting.length === 0
  }

  get progress(): number {
    return this.#progress
  }

  /** @param taken is called when the peer has read all of it */
  write(frame: Buffer, taken?: () => void): void {
    if (this.#isOver) return
    if (frame.length <= chunkBytes && this.idle) return this.#send(frame, taken)
    const chunks = chunksOf(frame)
    for (const [index, chunk] of chunks.entries())
      this.#waiting.push({ chunk, taken: index === chunks.length - 1 ? taken : undefined })
    this.#pump()
  }

  pause(): void {
    this.#kept ??= []
  }

  resume(): void {
    const kept = this.#kept ?? []
    this.#kept = undefined
    for (const message of kept) this.receive(message)
  }

  finish(): void {
    if (this.#outgoing !== 'open') return
    this.#outgoing = 'finishing'
    this.#pump()
  }

  destroy(): void {
    this.#end('lost')
  }

  /** The peer has ended it, or is gone. */
  vanish(): void {
    this.#end('gone')
  }

  /** Takes a message; undefined for one of several parts. */
  receive(message: Buffer | undefined): void {
    if (this.#isOver) return
    const kind = message === undefined ? 'nothing' : kindOf(message)
    if (message === undefined || kind === 'nothing') return this.#refuse('it is neither a part of a frame nor a sign')
    if (kind === 'lost') this.vanish()
    else if (kind === 'sign' && message[0] !== 0) this.#granted(message[0] ?? 0)
    else if (this.#kept !== undefined) this.#keep(this.#kept, message)
    else if (kind === 'chunk') this.#read(message)
    else this.#finished()
  }

  protected get unread(): boolean {
    return this.#reader.unread || this.#kept !== undefined
  }

  #keep(kept: Buffer[], message: Buffer): void {
    // One more is the zero after all chunks.
    if (kept.length > windowChunks) return this.#refuse('more has come than was granted')
    kept.push(message)
  }

  #read(chunk: Buffer): void {
    if (this.#incoming === 'finished') return this.#refuse('its sender had nothing more to say')
    this.#progress++
    this.take(chunk)
    if (++this.#readNotGranted >= grantChunks) this.#grant()
  }

  #grant(): void {
    const chunks = this.#readNotGranted
    this.#readNotGranted = 0
    if (chunks > 0 && !this.#isOver) this.#outlet.send(grant(chunks))
  }

  #granted(chunks: number): void {
    if (chunks > this.#underWay.length) return this.#refuse('it grants what was never asked for')
    this.#progress++
    for (let count = 0; count < chunks; count++) this.#underWay.shift()?.()
    this.#pump()
    if (this.idle) this.receiver.drained?.()
    this.#settle()
  }

  #finished(): void {
    if (this.#incoming === 'finished') return this.#refuse('its sender had nothing more to say')
    this.#incoming = 'finished'
    this.#grant()
    this.receiver.finished()
    this.#settle()
  }

  #pump(): void {
    while (this.#waiting.length > 0 && this.#underWay.length < windowChunks) {
      const next = this.#waiting.shift()
      if (next !== undefined) this.#send(next.chunk, next.taken)
    }
    if (this.#outgoing !== 'finishing' || this.#waiting.length > 0 || this.#isOver) return
    this.#outgoing = 'finished'
    this.#outlet.send(noMore)
  }

  #send(chunk: Buffer, taken: Taken): void {
    this.#underWay.push(taken)
    this.#outlet.send(chunk)
  }

  #settle(): void {
    if (this.#outgoing === 'finished' && this.#incoming === 'finished' && this.#underWay.length === 0)
      this.#end('finished')
  }

  #refuse(why: string): void {
    this.guard(() => {
      throw new MillraceError(
        'SEC_FRAME_MALFORMED',
        `a message was refused, because ${why}; only workers of this run may connect`,
      )
    })
  }

  #end(end: StreamEnd): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#waiting.clear()
    this.#underWay.clear()
    this.#kept = undefined
    this.#outlet.close(end)
    // Later, as a socket tells it: whoever has ended it may be in the middle of something.
    process.nextTick(() => this.over())
  }
}
