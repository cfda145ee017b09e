import {
  type Asked,
  type Conversation,
  checkDefinitions,
  type EventEmitter,
  type MessageType,
  MillraceError,
  type Tracing,
} from '@millrace/contracts'
import { noTicket, type OpenRequest, type ReplyWaiters } from '@millrace/reply-waiter'
import type { Mesh } from '../mesh/mesh.js'
import type { Meters } from '../metrics/meters.js'
import { Domain, noMoreRoots } from '../runner/domain.js'
import type { NestedCaller } from '../runner/invocation.js'
import { Root, type RootOwner } from '../runner/root.js'
import type { Route } from '../runner/route.js'
import type { Runner } from '../runner/runner.js'
import type { Work } from '../runner/work.js'
import type { Engine } from './engine.js'
import type { InFlight } from './in-flight.js'
import { requirePossible } from './possible-timeout.js'
import { reasonOf } from './reason-of.js'
import { leavesAs, RequestStream } from './request-stream.js'
import { rootSpan } from './root-span.js'

/** How one request ends. */
export interface RequestOptions<Expect extends MessageType = MessageType> {
  /** The type of the reply; it must be a reply type. */
  readonly expect: Expect
  /** The longest wait, in milliseconds; 24 days at most. @default 30_000 */
  readonly timeoutMs?: number
  /** Cancels the request: REPLY_CANCELLED. */
  readonly signal?: AbortSignal
  /** W3C trace id, 32 hex digits. @default a new one */
  readonly traceId?: string | undefined
  /** W3C traceparent of the caller: the trace goes on from there, recorded or not as it says. @default none */
  readonly traceparent?: string | undefined
  /** Whether the reply may be the JSON text that was made of it, for one who passes it on. @default false */
  readonly asText?: boolean
}

/** How one stream request ends. */
export interface StreamOptions<Expect extends MessageType = MessageType> {
  /** The type of the items; it must be a reply type. */
  readonly expect: Expect
  /** The longest time without progress on either side, in milliseconds. @default 30_000 */
  readonly timeoutMs?: number
  /** Cancels the stream: REPLY_CANCELLED. */
  readonly signal?: AbortSignal
  /** W3C trace id, 32 hex digits. @default a new one */
  readonly traceId?: string | undefined
  /** W3C traceparent of the caller: the trace goes on from there, recorded or not as it says. @default none */
  readonly traceparent?: string | undefined
  /** Whether items may be the JSON text that was made of them, for one who passes them on. @default false */
  readonly asText?: boolean
}

/** What requests are made of. */
export interface RequestsParts {
  readonly engine: Engine
  readonly waiters: ReplyWaiters
  readonly inFlight: InFlight
  readonly events: EventEmitter
  /** The links to other workers; undefined where there are none. */
  readonly mesh: Mesh | undefined
  /** Monotonic, in milliseconds. */
  readonly clock: () => number
  readonly meters: Meters
  /** Undefined where nothing is traced. */
  readonly tracing: Tracing | undefined
}

/** How long a request waits when nobody says otherwise, in milliseconds. */
const defaultTimeoutMs = 30_000

/** How long after a deadline it is waited for those who still have the work to say so, in milliseconds. */
const askedMs = 100

/** Sends requests and stream requests into the graph and completes their waiters. */
export class Requests implements RootOwner {
  readonly #parts: RequestsParts
  readonly #streams = new Set<RequestStream>()

  constructor(parts: RequestsParts) {
    this.#parts = parts
  }

  /** @param caller the handler that asks, for a nested request: it is exempt from admission and ends with its parent */
  request(type: MessageType, payload: unknown, options: RequestOptions, caller?: NestedCaller): Promise<unknown> {
    try {
      return this.#open(type, payload, options, caller).reply
    } catch (refused) {
      return Promise.reject(refused)
    }
  }

  /** As `request`, for one who gives up by hand. @throws MillraceError what is refused at once */
  ask(type: MessageType, payload: unknown, options: RequestOptions): Asked {
    const { ticket, reply } = this.#open(type, payload, options, undefined)
    return { reply, cancel: () => void this.#parts.waiters.cancel(ticket) }
  }

  /** Many messages of one caller, an order domain. @throws MillraceError what is refused at once */
  converse(type: MessageType, options: StreamOptions): Conversation {
    const { engine } = this.#parts
    const entry = engine.entry(type)
    const expect = this.#expected(options)
    this.#admit()
    const timeoutMs = options.timeoutMs ?? defaultTimeoutMs
    const closed = (stream: RequestStream): void => void this.#streams.delete(stream)
    const crowded = (): boolean => this.#streams.size > this.#parts.inFlight.maxRoots
    const stream = new RequestStream({
      ...this.#parts,
      entry,
      expect,
      closed,
      crowded,
      options: { ...options, timeoutMs },
    })
    this.#streams.add(stream)
    return stream
  }

  stream(type: MessageType, payload: unknown, options: StreamOptions): AsyncIterable<unknown> {
    const { engine, waiters, inFlight } = this.#parts
    const entry = engine.entry(type)
    const expect = this.#expected(options)
    const checked = entry.check(payload)
    const bytes = entry.weigh(checked)
    this.#admit()
    const domain = new Domain(engine.runner.loop.dirty)
    const root = new Root(this, domain, 0, undefined, options.traceId)
    const { ticket, items } = waiters.stream({
      progressTimeoutMs: options.timeoutMs ?? defaultTimeoutMs,
      signal: options.signal,
      group: engine.answeringGroup(expect),
      traced: root,
      onCancel: (error) => abandon(root, error),
    })
    if (ticket === noTicket) return items // refused at once: there is nothing to begin
    domain.outlet = {
      type: expect,
      run: engine.outlet(expect, (item) => waiters.item(ticket, item)),
      leaves: leavesAs({ engine, expect, options }),
    }
    this.#parts.mesh?.openDomain(domain, { kind: 'request', type: entry.route.type })
    root.ticket = ticket
    root.expect = expect
    root.asText = options.asText ?? false
    root.record(rootSpan(this.#parts.tracing, 'stream', type, options))
    inFlight.add(root, bytes)
    this.#enter(root, entry.route, checked)
    return items
  }

  /** The runtime drains: streams end with the reason, single requests are answered. */
  endStreams(reason: MillraceError): void {
    for (const root of this.#parts.inFlight.roots())
      if (root.owner === this && root.domain !== undefined) root.fail(reason)
    for (const stream of this.#streams) stream.giveUp(reason)
  }

  reply(root: Root, type: number, payload: unknown): void {
    const { engine } = this.#parts
    if (type !== root.expect) return engine.unclaimed(type)
    const leaves = root.asText ? engine.replyForWire(type, payload, true) : engine.serialiseReply(type, payload)
    this.replied(root, type, leaves)
  }

  replied(root: Root, type: number, payload: unknown): void {
    const { engine, waiters } = this.#parts
    if (type !== root.expect) return engine.unclaimed(type)
    if (waiters.reply(root.ticket, payload) === 'delivered')
      this.#parts.meters.requests.add(this.#parts.clock() - root.since)
  }

  /** A reply came from another worker for a root that has ended. */
  late(): void {
    this.#parts.waiters.reply(noTicket, undefined)
  }

  failed(root: Root, error: MillraceError): void {
    if (root.abandoned) return
    if (!this.#parts.waiters.fail(root.ticket, error)) return
    this.#parts.meters.failed(error)
    const { facts, code } = error
    this.#parts.events.emit('root.failed', { ...facts, code, reason: reasonOf(error), trace: root.traceId })
  }

  ended(root: Root): void {
    this.#parts.waiters.end(root.ticket)
    this.#parts.inFlight.remove(root)
    if (root.domain !== undefined) this.#parts.mesh?.closeDomain(root.domain)
  }

  #open(type: MessageType, payload: unknown, options: RequestOptions, caller: NestedCaller | undefined): OpenRequest {
    const { engine, waiters, inFlight, clock, tracing } = this.#parts
    const parent = caller?.root
    const entry = engine.entry(type)
    const expect = this.#expected(options)
    const checked = entry.check(payload)
    const bytes = entry.weigh(checked)
    if (parent === undefined) this.#admit()
    const askedAt = clock()
    const timeoutMs = remaining(options.timeoutMs ?? defaultTimeoutMs, parent?.deadline, askedAt)
    const { signal } = options
    const onCancel = (error: MillraceError): void => abandon(root, error)
    const onDeadline = (): number => (root.crossing?.overdue(root) === true ? askedMs : 0)
    const group = engine.answeringGroup(expect)
    const inTime = timeoutMs > 0
    const deadline = Math.min(askedAt + timeoutMs, parent?.deadline ?? Number.POSITIVE_INFINITY)
    const root = new Root(this, undefined, 0, deadline, options.traceId ?? parent?.traceId)
    const { ticket, reply } = waiters.request({
      sinceMs: askedAt,
      timeoutMs: inTime ? timeoutMs : undefined,
      deadlineMs: inTime ? undefined : Number.NEGATIVE_INFINITY,
      signal,
      group,
      traced: root,
      onDeadline: this.#parts.mesh && onDeadline,
      onCancel,
    })
    if (ticket === noTicket) return { ticket, reply } // refused at once: there is nothing to begin
    root.ticket = ticket
    root.expect = expect
    root.asText = options.asText ?? false
    root.since = askedAt
    if (caller === undefined) root.record(rootSpan(tracing, 'request', type, options))
    else if (caller.span !== undefined)
      root.record(tracing?.root({ kind: 'nested', name: type.name, traceId: undefined, parent: caller.span }))
    if (parent === undefined) inFlight.add(root, bytes)
    else this.#endWith(parent, root, reply)
    this.#enter(root, entry.route, checked)
    return { ticket, reply }
  }

  #enter(root: Root, route: Route, payload: unknown): void {
    const { runner } = this.#parts.engine
    runner.loop.push(new Entering(runner, root, route, payload))
  }

  #endWith(parent: Root, root: Root, reply: Promise<unknown>): void {
    if (parent.failure !== undefined) return root.fail(parent.failure)
    const forget = parent.onFailure((error) => root.fail(error))
    reply.then(forget, forget)
  }

  #admit(): void {
    if (!this.#parts.inFlight.full) return
    this.#parts.events.emit('overload.refused', { in_flight: this.#parts.inFlight.length })
    throw new MillraceError(
      'OVERLOADED',
      'as many requests as max_in_flight or max_in_flight_bytes allow are unfinished; try again later',
      { facts: { in_flight: this.#parts.inFlight.length } },
    )
  }

  /** @param options a program in JavaScript may give none */
  #expected(options: Partial<Pick<RequestOptions, 'expect'>> | undefined): number {
    const type = options?.expect
    if (type?.reply !== true) throw notExpectable(type)
    return this.#parts.engine.typeIndex(type)
  }
}

function notExpectable(type: MessageType | undefined): TypeError {
  checkDefinitions('A request expects', 'message type', [type])
  return new TypeError(`'${type?.name}' cannot be expected: it is no reply type; define it with { reply: true }`)
}

/** A root that enters in its turn, from within work. */
class Entering implements Work {
  readonly #runner: Runner
  readonly #root: Root
  readonly #route: Route
  readonly #payload: unknown

  constructor(runner: Runner, root: Root, route: Route, payload: unknown) {
    this.#runner = runner
    this.#root = root
    this.#route = route
    this.#payload = payload
  }

  run(): void {
    this.#runner.enter(this.#root, this.#route, this.#payload)
    this.#root.domain?.entered(noMoreRoots)
  }
}

/** Nobody waits any longer: what is left of the root is dropped. */
function abandon(root: Root, error: MillraceError): void {
  root.abandoned = true
  root.fail(error)
}

/**
 * How long a request waits. A nested one cannot outlive its caller; but that the time of both is over, whoever asked the caller
 * says first.
 *
 * @returns not positive where the caller's time is over
 */
function remaining(timeoutMs: number, deadline: number | undefined, now: number): number {
  requirePossible(timeoutMs)
  if (deadline === undefined) return timeoutMs
  return deadline > now ? Math.min(timeoutMs, deadline - now + askedMs) : 0
}
