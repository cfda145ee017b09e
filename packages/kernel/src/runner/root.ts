import { setMaxListeners } from 'node:events'
import type { MillraceError, Position, Span } from '@millrace/contracts'
import type { Domain } from './domain.js'
import { randomHex } from './random-hex.js'
import type { Route } from './route.js'
import type { Arrived } from './runner.js'
import { Subtree } from './subtree.js'

/** Who sent a root into the graph, and so hears what becomes of it. */
export interface RootOwner {
  /** A message of a reply type reached the end of the graph, and the root's domain has no outlet for it. */
  reply(root: Root, type: number, payload: unknown): void
  /** The same for a reply from another worker: it is as it leaves already. */
  replied(root: Root, type: number, payload: unknown): void
  /** The root failed; what is left of it is being dropped. Called at most once, before `ended`. */
  failed(root: Root, error: MillraceError): void
  /** Nothing of the root is left anywhere. Called exactly once. */
  ended(root: Root): void
}

/** What must happen in other workers when something happens to a root that is known there. */
export interface RootCrossing {
  /** The root failed in this worker: those who work on it elsewhere, and those who sent it here, must know. */
  failed(root: Root, error: MillraceError): void
  /** A handler in this worker has thrown, and the failure stands at a position until it takes effect where the root entered. */
  failedAt(root: Root, position: Position, error: MillraceError): void
  /**
   * The deadline of a root that entered here has passed: those who still have some of it are asked to stop, and to say so.
   *
   * @returns whether there are any
   */
  overdue(root: Root): boolean
  /** Nothing of the root is left in this worker. */
  ended(root: Root): void
  /** The trace id that every worker gives a root of this name, when none has travelled with it. */
  traceOf(root: Root): string
}

/** The way of a reply to a root that entered elsewhere. */
export interface HomeWay {
  reply(root: Root, route: Route, payload: unknown, subtree: Subtree, where: Arrived): void
}

/** A message that entered the graph, and the subtree of everything that came of it. */
export class Root extends Subtree {
  readonly root: Root = this
  readonly owner: RootOwner
  /** What its position is comparable within; undefined for a single request. */
  readonly domain: Domain | undefined
  /** Number in its domain, from 0; in every worker the same. */
  seq: number
  /** By the clock of its worker, in milliseconds; undefined without a deadline. */
  readonly deadline: number | undefined
  /** Why what is left of it is dropped; undefined while it runs. */
  failure: MillraceError | undefined
  /** What the owner knows it by. */
  ticket = -1
  /** Whether the owner's waiter has ended by itself, so that it need not hear of a failure. */
  abandoned = false
  /** Index of the message type that the owner waits for; -1 for none. */
  expect = -1
  /** Whether the owner passes replies on as the text that was made of them. */
  asText = false
  /** Where it is among the unfinished roots of its origin; -1 where it is not counted. */
  place = -1
  /** Where it entered, as other workers know it, once it has been sent to one; and its number there. */
  origin: string | undefined
  number = 0
  /** Who tells other workers of it; undefined while it is known in this one alone. */
  crossing: RootCrossing | undefined
  /** When it was asked for, by the clock of its worker; 0 where nobody wants to know. */
  since = 0
  /** Its own span; undefined where it is not traced, or entered elsewhere. */
  span: Span | undefined
  /** Position of the first reply that came from another worker. */
  repliedAt: Position | undefined
  /** Where its replies go; undefined for a root that entered here. */
  home: HomeWay | undefined
  #traceId: string | undefined
  #abort: AbortController | undefined
  #onFailure: Set<(error: MillraceError) => void> | undefined

  constructor(owner: RootOwner, domain: Domain | undefined, seq: number, deadline?: number, traceId?: string) {
    super()
    this.owner = owner
    this.domain = domain
    this.seq = seq
    this.deadline = deadline
    this.#traceId = traceId
  }

  /** Whether it is done and nothing outside can still know it, so that it may carry another message. */
  get fresh(): boolean {
    return (
      this.failure === undefined &&
      this.crossing === undefined &&
      this.#abort === undefined &&
      this.#traceId === undefined &&
      this.#onFailure === undefined
    )
  }

  /** Begins anew as the root of another message. */
  reuse(seq: number): void {
    this.seq = seq
    this.parts = 1
  }

  /** Records it from now on, and so everything that comes of it. */
  record(span: Span | undefined): void {
    if (span === undefined) return
    this.span = span
    this.#traceId = span.traceId
  }

  /** W3C trace id, made when somebody first asks. */
  get traceId(): string {
    this.#traceId ??= this.crossing === undefined ? randomHex(16) : this.crossing.traceOf(this)
    return this.#traceId
  }

  /** Its trace id, if anybody has asked for it or given it one. */
  get knownTrace(): string | undefined {
    return this.#traceId
  }

  /** Aborts when the root fails; made when somebody first asks. */
  get signal(): AbortSignal {
    this.#abort ??= this.#newAbort()
    return this.#abort.signal
  }

  /** The first failure counts: handlers see their signal abort, what waits is dropped. */
  fail(error: MillraceError): void {
    if (this.failure !== undefined) return
    this.failure = error
    this.#abort?.abort(error)
    for (const hear of this.#onFailure ?? []) hear(error)
    this.domain?.rootFailed(this.seq, error)
    this.owner.failed(this, error)
    this.crossing?.failed(this, error)
  }

  /** A handler threw at a position. In a stream request the failure stands there (D8); any other root fails at once. */
  failAt(position: Position, error: MillraceError): void {
    const { domain } = this
    if (domain === undefined || domain.isRun) return this.fail(error)
    if (this.failure === undefined && domain.failAt(position, this, error))
      this.crossing?.failedAt(this, position, error)
  }

  /** Calls back when the root fails. @returns a function that ends it */
  onFailure(hear: (error: MillraceError) => void): () => void {
    this.#onFailure ??= new Set()
    this.#onFailure.add(hear)
    return () => void this.#onFailure?.delete(hear)
  }

  #newAbort(): AbortController {
    const abort = new AbortController()
    setMaxListeners(Number.POSITIVE_INFINITY, abort.signal) // every handler that is at work for the root may listen
    if (this.failure !== undefined) abort.abort(this.failure)
    return abort
  }

  protected override ended(): void {
    this.domain?.rootEnds(this)
    this.crossing?.ended(this)
    this.span?.end(this.failure)
    this.owner.ended(this)
  }
}
