/**
 * The messages of one caller on their way through the graph, each a root of one order domain.
 *
 * Q1  At most {@link window} of them are unfinished, so that a caller who takes its replies slowly leaves room for others. No
 *     more than that, and no more than {@link windowBytes}, wait to enter.
 * Q2  Replies leave in the order of the messages, and each waits until it is taken.
 * Q3  When a root fails, later ones are given up and earlier ones finished: the replies are whole up to the failure.
 * Q4  Other workers know its domain from its first message on. Where there are more callers than roots may be in flight, they know
 *     it only while a message is unfinished: what is sent later begins another, after all that came before has left.
 */
import { type Conversation, MillraceError } from '@millrace/contracts'
import { noTicket } from '@millrace/reply-waiter'
import { Domain, noMoreRoots } from '../runner/domain.js'
import { Root, type RootOwner } from '../runner/root.js'
import type { Work } from '../runner/work.js'
import type { Entry } from './engine.js'
import { reasonOf } from './reason-of.js'
import type { RequestsParts, StreamOptions } from './requests.js'
import { rootSpan } from './root-span.js'

/** How many messages of one caller may be unfinished. */
const window = 256

/** How many bytes of messages of one caller may wait to enter; one that is larger waits alone. */
const windowBytes = 2 ** 20

/** What a request stream is made of. */
export interface RequestStreamParts extends RequestsParts {
  readonly entry: Entry
  /** Index of the reply type. */
  readonly expect: number
  readonly options: Required<Pick<StreamOptions, 'timeoutMs'>> & StreamOptions
  /** Nothing of it is left anywhere. */
  readonly closed: (stream: RequestStream) => void
  /** Whether there are more streams than roots may be in flight. */
  readonly crowded: () => boolean
}

/** A message that waits, and about how many bytes it takes. */
interface Weighed {
  readonly payload: unknown
  readonly bytes: number
}

/** Many requests of one caller. */
export class RequestStream implements RootOwner, Work, Conversation {
  readonly replies: AsyncIterableIterator<unknown>
  readonly #parts: RequestStreamParts
  readonly #outlet: Domain['outlet']
  readonly #ticket: number
  readonly #open = new Set<Root>()
  /** Undefined while none is begun. */
  #domain: Domain | undefined
  #waiting: Weighed[] = []
  #waitingBytes = 0
  #phase: 'open' | 'ended' | 'closed' = 'open'
  #scheduled = false
  #seq = 0
  /** Why it was ended from outside, with all that was in flight. */
  #givenUp: MillraceError | undefined
  /** Number of the first message that has failed: what comes after it is given up. */
  #failedFrom: number = Number.POSITIVE_INFINITY
  /** Why that one has failed. */
  #failure: MillraceError | undefined
  /** What the caller has sent last instead of a message: it stands after all of them. */
  #brokenOff: MillraceError | undefined
  #room: { readonly promise: Promise<void>; readonly tell: () => void } | undefined

  constructor(parts: RequestStreamParts) {
    const { engine, waiters, expect, options } = parts
    this.#parts = parts
    const { ticket, items } = waiters.stream({
      progressTimeoutMs: options.timeoutMs,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(options.traceId === undefined ? {} : { traced: { traceId: options.traceId } }),
      onCancel: (error) => this.#abandon(error),
    })
    this.replies = items[Symbol.asyncIterator]() as AsyncIterableIterator<unknown> // an item stream iterates itself
    this.#ticket = ticket
    this.#outlet = {
      type: expect,
      run: engine.outlet(expect, (item) => waiters.item(ticket, item)),
      leaves: leavesAs(parts),
    }
    if (ticket === noTicket) this.#finish()
  }

  send(payload: unknown): undefined | Promise<void> {
    if (this.#phase !== 'open') return undefined
    const { entry } = this.#parts
    const checked = entry.check(payload)
    const bytes = entry.weigh(checked)
    this.#waiting.push({ payload: checked, bytes })
    this.#waitingBytes += bytes
    this.#schedule()
    return this.#hasRoom ? undefined : this.#untilRoom()
  }

  end(error?: Error): void {
    if (this.#phase !== 'open') return
    if (error !== undefined) this.#brokenOff = MillraceError.from(error, 'NODE_FAILED', 'the caller broke off')
    this.#phase = 'ended'
    this.#schedule()
  }

  /** Ends it from outside: what is in flight is given up. */
  giveUp(reason: MillraceError): void {
    this.#givenUp ??= reason
    this.#stopTaking()
    for (const root of [...this.#open]) root.fail(reason)
    this.#finishIfDone()
  }

  run(): void {
    this.#scheduled = false
    const { inFlight, engine } = this.#parts
    let taken = 0
    for (; taken < this.#waiting.length && this.#open.size < window; taken++) {
      if (inFlight.full || engine.runner.loop.sliceOver()) break
      const next = this.#waiting[taken]
      if (next === undefined) break
      this.#waitingBytes -= next.bytes
      this.#enter(next)
    }
    this.#waiting = taken === this.#waiting.length ? [] : this.#waiting.slice(taken)
    if (this.#hasRoom) this.#tellRoom()
    if (this.#waiting.length > 0 && this.#open.size < window) this.#goOn()
    this.#finishIfDone()
  }

  reply(root: Root, type: number): void {
    this.replied(root, type)
  }

  replied(_root: Root, type: number): void {
    this.#parts.engine.unclaimed(type)
  }

  failed(root: Root, error: MillraceError): void {
    if (root.abandoned || root.seq >= this.#failedFrom) return
    if (this.#givenUp === undefined) this.#tell(root, error)
    this.#failedFrom = root.seq
    this.#stopTaking()
    for (const later of [...this.#open]) if (later.seq > root.seq) later.fail(error)
  }

  /** It ends with the first failure in the order of the messages, whenever that comes; it is counted once. */
  #tell({ traceId: trace }: Root, error: MillraceError): void {
    const { meters, events } = this.#parts
    if (this.#failure === undefined) meters.failed(error)
    this.#failure = error
    events.emit('root.failed', { ...error.facts, code: error.code, reason: reasonOf(error), trace })
  }

  ended(root: Root): void {
    this.#open.delete(root)
    this.#parts.inFlight.remove(root)
    if (this.#waiting.length > 0) this.#schedule()
    else this.#finishIfDone()
  }

  #enter({ payload, bytes }: Weighed): void {
    const { engine, inFlight, entry, expect, options, tracing } = this.#parts
    const domain = this.#domain ?? this.#beginDomain()
    const root = new Root(this, domain, this.#seq++, undefined, options.traceId)
    root.ticket = this.#ticket
    root.expect = expect
    root.asText = options.asText ?? false
    root.record(rootSpan(tracing, 'stream', entry.route.messageType, options))
    this.#open.add(root)
    inFlight.add(root, bytes)
    engine.runner.enter(root, entry.route, payload)
    domain.entered(this.#seq)
  }

  #beginDomain(): Domain {
    const { engine, mesh, entry } = this.#parts
    const domain = new Domain(engine.runner.loop.dirty)
    domain.outlet = this.#outlet
    domain.frontier = this.#seq
    this.#domain = domain
    mesh?.openDomain(domain, { kind: 'request', type: entry.route.type })
    return domain
  }

  #endDomain(): void {
    if (this.#domain === undefined) return
    this.#domain.entered(noMoreRoots)
    this.#parts.mesh?.closeDomain(this.#domain)
    this.#domain = undefined
  }

  #schedule(): void {
    if (this.#scheduled || this.#phase === 'closed') return
    this.#scheduled = true
    this.#parts.engine.runner.loop.push(this)
  }

  /** There is more to enter: when this turn is over, or when there is room again. */
  #goOn(): void {
    if (!this.#parts.inFlight.full) return this.#schedule()
    if (this.#scheduled) return
    this.#scheduled = true
    this.#parts.inFlight.block(this)
  }

  #stopTaking(): void {
    if (this.#phase === 'open') this.#phase = 'ended'
    this.#waiting = []
    this.#waitingBytes = 0
    this.#tellRoom()
  }

  #abandon(error: MillraceError): void {
    for (const root of this.#open) root.abandoned = true
    this.giveUp(error)
  }

  #finishIfDone(): void {
    if (this.#waiting.length > 0 || this.#open.size > 0) return
    if (this.#phase === 'ended') this.#finish()
    else if (this.#parts.crowded()) this.#endDomain()
  }

  #finish(): void {
    if (this.#phase === 'closed') return
    const { waiters, closed } = this.#parts
    this.#phase = 'closed'
    this.#endDomain()
    const failure = this.#givenUp ?? this.#failure ?? this.#brokenOff
    if (failure !== undefined && waiters.waits(this.#ticket)) waiters.fail(this.#ticket, failure)
    waiters.end(this.#ticket)
    closed(this)
  }

  /** Whether another message may wait. */
  get #hasRoom(): boolean {
    return this.#waiting.length < window && this.#waitingBytes < windowBytes
  }

  #untilRoom(): Promise<void> {
    if (this.#room === undefined) {
      let tell: () => void = () => undefined
      const promise = new Promise<void>((resolve) => {
        tell = resolve
      })
      this.#room = { promise, tell }
    }
    return this.#room.promise
  }

  #tellRoom(): void {
    this.#room?.tell()
    this.#room = undefined
  }
}

/** How the items of a stream leave: as text where the caller takes text, else as values. */
export function leavesAs({
  engine,
  expect,
  options,
}: Pick<RequestStreamParts, 'engine' | 'expect'> & { readonly options: StreamOptions }): (payload: unknown) => unknown {
  return options.asText === true
    ? (payload) => engine.replyForWire(expect, payload, true)
    : (payload) => engine.serialiseReply(expect, payload)
}
