import type { StartupSummary } from '@millrace/config-validator'
import {
  type EventListener,
  type MessageType,
  MillraceError,
  type PayloadOf,
  type Plan,
  type SinkReport,
} from '@millrace/contracts'
import type { ReplyCounters } from '@millrace/reply-waiter'
import { within } from './deadline.js'
import type { EngineCounters } from './engine.js'
import type { RequestOptions, StreamOptions } from './requests.js'
import type { Sources } from './sources.js'
import { openWorking, type RuntimeParts, type Working } from './working.js'

/** What became of a run. */
export interface RunResult {
  /** How many messages each source sent, by its name. */
  readonly roots: Readonly<Record<string, number>>
  /** What each sink reported, by its name. */
  readonly reports: Readonly<Record<string, SinkReport>>
  readonly counters: RuntimeCounters
}

/** What a runtime has counted since it started. */
export interface RuntimeCounters {
  /** Roots that are not done. */
  readonly inFlight: number
  readonly replies: ReplyCounters
  readonly givenUp: EngineCounters
}

/** How a runtime stopped: with all work done in time, or with work given up. */
export type StopMode = 'graceful' | 'forced'

type Phase =
  | { readonly name: 'created' }
  | { readonly name: 'starting' }
  | { readonly name: 'running' | 'draining'; readonly working: Working }
  | { readonly name: 'stopping' }
  | { readonly name: 'stopped' }

/**
 * A graph at work in this process.
 *
 * L1  Services start before sinks open, sinks open before any node is given work, sources read last; closing is the reverse.
 * L2  Draining refuses only what is new from outside; what is in flight, nested requests included, is finished.
 * L3  The first failure is the one reported; what fails while closing after it is an event.
 */
export class Runtime {
  readonly #parts: RuntimeParts
  #phase: Phase = { name: 'created' }
  #start: Promise<void> | undefined
  #stop: Promise<StopMode> | undefined
  #counted: RuntimeCounters | undefined
  #completing: Promise<Readonly<Record<string, SinkReport>>> | undefined

  /** Made by `createRuntime`. */
  constructor(parts: RuntimeParts) {
    this.#parts = parts
  }

  /** The compiled plan: graph, groups and hops. */
  get plan(): Plan {
    return this.#parts.preflight.plan
  }

  /** What will run, and where: for people and for `--json`. */
  get summary(): StartupSummary {
    return this.#parts.preflight.summary
  }

  /** Hears events from now on. @returns a function that ends it */
  subscribe(listener: EventListener): () => void {
    return this.#parts.events.subscribe(listener)
  }

  /**
   * Starts services, opens sinks, and lets sources read. A second call waits for the first.
   *
   * @throws MillraceError BOOT_START_FAILED; nothing has run then, and what was started is closed again
   */
  start(): Promise<void> {
    this.#start ??= this.#startOnce()
    return this.#start
  }

  /**
   * Runs until every source is exhausted and nothing is left in flight, then completes the sinks and stops.
   *
   * @throws MillraceError the first failure of a root, a source or a sink; SHUTTING_DOWN when it was stopped before the end
   */
  async run(): Promise<RunResult> {
    this.#requireSource()
    await this.start()
    if (this.#phase.name !== 'running' && this.#phase.name !== 'draining') throw this.#refusal()
    const { working } = this.#phase
    try {
      return await this.#complete(working)
    } finally {
      await this.stop()
    }
  }

  /**
   * Sends one message into the graph and waits for its reply.
   *
   * @throws MillraceError PAYLOAD_INVALID, PAYLOAD_TOO_LARGE, ROUTE_NO_CONSUMER, OVERLOADED, SHUTTING_DOWN, REPLY_TIMEOUT,
   * REPLY_CANCELLED, REPLY_MISSING, NODE_FAILED
   */
  request<Type extends MessageType, Expect extends MessageType>(
    type: Type,
    payload: PayloadOf<Type>,
    options: RequestOptions<Expect>,
  ): Promise<PayloadOf<Expect>> {
    if (this.#phase.name !== 'running') return Promise.reject(this.#refusal())
    return this.#phase.working.requests.request(type, payload, options) as Promise<PayloadOf<Expect>> // a reply is of the expected type
  }

  /**
   * Sends one message into the graph and hands over every reply of the expected type, in order. The node that makes them is
   * held back by whoever takes them; ending the iteration early cancels the work.
   *
   * @throws MillraceError as `request` does; where it can be told at once it is thrown here, else by the iteration
   */
  stream<Type extends MessageType, Expect extends MessageType>(
    type: Type,
    payload: PayloadOf<Type>,
    options: StreamOptions<Expect>,
  ): AsyncIterable<PayloadOf<Expect>> {
    if (this.#phase.name !== 'running') throw this.#refusal()
    return this.#phase.working.requests.stream(type, payload, options) as AsyncIterable<PayloadOf<Expect>> // as above
  }

  /**
   * Refuses what is new from outside and resolves when nothing is in flight, or when `graceful_timeout_seconds` have passed.
   *
   * @returns whether all work was finished in time
   */
  async drain(): Promise<boolean> {
    if (this.#phase.name === 'starting') await this.#start
    if (this.#phase.name === 'running') this.#beginDrain(this.#phase.working)
    if (this.#phase.name !== 'draining') return true
    const { inFlight, sources } = this.#phase.working
    return within(this.#gracefulMs, Promise.all([inFlight.idle(), sources.ended, this.#completed()]))
  }

  /** Drains, then closes everything in the reverse order of its start. May be called at any time and more than once. */
  stop(): Promise<StopMode> {
    this.#stop ??= this.#stopOnce()
    return this.#stop
  }

  /** What has been counted since the start. */
  counters(): RuntimeCounters {
    if (this.#phase.name === 'running' || this.#phase.name === 'draining') return count(this.#phase.working)
    if (this.#counted === undefined)
      throw new MillraceError('BOOT_NOT_READY', 'the runtime has not run yet; there is nothing to count')
    return this.#counted
  }

  get #gracefulMs(): number {
    return this.#parts.preflight.config.runtime.platform.lifecycle.graceful_timeout_seconds * 1000
  }

  async #startOnce(): Promise<void> {
    const { events, container } = this.#parts
    if (this.#phase.name !== 'created') throw this.#refusal()
    this.#phase = { name: 'starting' }
    events.emit('runtime.starting')
    try {
      await container.start()
      const working = await openWorking(this.#parts)
      events.emit('runtime.ready')
      this.#phase = { name: 'running', working }
      events.emit('runtime.running')
      working.startSources()
    } catch (thrown) {
      const error = startError(thrown)
      this.#phase = { name: 'stopping' }
      events.emit('runtime.failed', { code: error.code })
      await this.#closeParts()
      this.#phase = { name: 'stopped' }
      throw error
    }
  }

  /** Waits for the end of the sources and of all work, then lets the sinks finish. */
  async #complete({ sources, inFlight, sinks }: Working): Promise<RunResult> {
    await this.#ended(sources)
    if (sources.failure !== undefined) throw sources.failure
    await inFlight.idle()
    this.#completing = sinks.complete()
    const reports = await this.#completing
    return { roots: sources.roots, reports, counters: this.counters() }
  }

  /** After a failure, what it has left behind must end within the time that a drain has too. */
  async #ended(sources: Sources): Promise<void> {
    await Promise.race([sources.ended, sources.stopping])
    if (!(await within(this.#gracefulMs, sources.ended))) sources.giveUp()
  }

  /** Sinks that are being completed are not closed before they are done; whoever runs hears of their failure. */
  async #completed(): Promise<void> {
    await this.#completing?.catch(() => undefined)
  }

  #beginDrain(working: Working): void {
    this.#phase = { name: 'draining', working }
    this.#parts.events.emit('runtime.draining')
    const reason = shuttingDown('the runtime drains')
    working.sources.stop(reason)
    working.requests.endStreams(reason)
  }

  async #stopOnce(): Promise<StopMode> {
    if (this.#start === undefined) this.#phase = { name: 'stopped' }
    else if (this.#phase.name === 'starting') await this.#start.catch(() => undefined) // whoever called start hears of it
    const inTime = await this.drain()
    const mode: StopMode = inTime ? 'graceful' : 'forced'
    if (this.#phase.name !== 'draining') return mode
    const { working } = this.#phase
    this.#counted = count(working)
    this.#phase = { name: 'stopping' }
    this.#parts.events.emit('runtime.stopping')
    await working.close(shuttingDown('the runtime stopped before this was done'))
    await this.#closeParts()
    this.#phase = { name: 'stopped' }
    this.#parts.events.emit('runtime.stopped', { mode })
    return mode
  }

  /** Closes what was there before any work; a failure here must not hide the one that led here. */
  async #closeParts(): Promise<void> {
    const { container, transport, store, events } = this.#parts
    const closings = {
      services: () => container.close(),
      transport: () => transport.close(),
      store: () => store.close(),
    }
    for (const [service, close] of Object.entries(closings))
      try {
        await close()
      } catch (thrown) {
        events.emit('service.close_failed', { service, code: MillraceError.from(thrown, 'NODE_FAILED', service).code })
      }
  }

  #requireSource(): void {
    if (this.#parts.preflight.nodes.some((definition) => definition.kind === 'source')) return
    throw new MillraceError(
      'CONFIG_INVALID',
      'there is nothing to run to its end: no source is active; configure one under adapters',
    )
  }

  #refusal(): MillraceError {
    if (this.#phase.name === 'created' || this.#phase.name === 'starting')
      return new MillraceError('BOOT_NOT_READY', 'the runtime is not started yet; await start() first')
    return shuttingDown('the runtime accepts nothing new')
  }
}

function count({ engine, waiters, inFlight }: Working): RuntimeCounters {
  return { inFlight: inFlight.length, replies: waiters.counters(), givenUp: engine.counters() }
}

function shuttingDown(detail: string): MillraceError {
  return new MillraceError('SHUTTING_DOWN', detail)
}

/** What kept the runtime from starting: an error of the start itself as it is, anything else under BOOT_START_FAILED. */
function startError(thrown: unknown): MillraceError {
  const error = MillraceError.from(
    thrown,
    'BOOT_START_FAILED',
    `nothing has run: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
  )
  if (error.code === 'BOOT_START_FAILED') return error
  return new MillraceError('BOOT_START_FAILED', `nothing has run: ${error.message}`, {
    cause: error,
    facts: { ...error.facts, code: error.code },
  })
}
