import type { StartupSummary } from '@millrace/config-validator'
import {
  type EventListener,
  type Ingress,
  type MessageType,
  type MetricSamples,
  MillraceError,
  type PayloadOf,
  type Plan,
  type RuntimeSnapshot,
  type SinkReport,
  type SlotId,
  type SpanRecord,
  type StopMode,
  type WorkerPhase,
  type WorkerSnapshot,
  type WorkerVitals,
} from '@millrace/contracts'
import type { DeadLetter } from '../dead-letters/letter-line.js'
import { Collector } from '../metrics/collector.js'
import { linkOf } from '../telemetry/oversight.js'
import { closeParts } from './close-parts.js'
import { within } from './deadline.js'
import { InlineRun } from './inline-run.js'
import { LateStore } from './late-store.js'
import { Once } from './once.js'
import { ownSlot } from './own-slot.js'
import { ProcessMeasures } from './process-measures.js'
import { nothingToRun, notStarted, takesNothingNew } from './refusals.js'
import type { RequestOptions, Requests, StreamOptions } from './requests.js'
import type { RetryEnd, RetryOptions } from './retry.js'
import { RetryLedger } from './retry-ledger.js'
import type { RunResult, Runtime, RuntimeCounters } from './runtime.js'
import { startError } from './start-error.js'
import { WebServing } from './web-serving.js'
import { openWorking, type RuntimeParts, type Working } from './working.js'

type Phase =
  | { readonly name: 'created' }
  | { readonly name: 'starting' }
  | { readonly name: 'ready'; readonly working: Working }
  | { readonly name: 'running' | 'draining'; readonly working: Working }
  | { readonly name: 'stopping' }
  | { readonly name: 'stopped' }

/**
 * A graph, or a worker's share of one, at work in this process.
 *
 * L1  Services start before sinks open, sinks open before any node is given work, sources read last; closing is the reverse.
 * L2  Draining refuses only what is new from outside; what is in flight, nested requests included, is finished.
 * L3  The first failure is the one reported; what fails while closing after it is an event.
 * L4  The web server takes connections last, and is the first to be drained and closed.
 */
export class InlineRuntime implements Runtime {
  readonly #parts: RuntimeParts
  readonly #gracefulMs: number
  readonly #run: InlineRun
  readonly #measures: ProcessMeasures
  readonly #collector: Collector
  readonly #web: WebServing
  #phase: Phase = { name: 'created' }
  readonly #prepare = new Once(() => this.#prepareOnce())
  #tellOpened: () => void = () => undefined
  #start: Promise<void> | undefined
  readonly #stop = new Once(() => this.#stopOnce())
  readonly #kill = new AbortController()
  /** Aborted by a stop that meets a start. */
  readonly #giveUp = new AbortController()
  readonly #retrying = new RetryLedger()

  /** Made by `createRuntime`. */
  constructor(parts: RuntimeParts) {
    this.#parts = parts
    this.#gracefulMs = parts.preflight.config.runtime.platform.lifecycle.graceful_timeout_seconds * 1000
    this.#run = new InlineRun({ ledger: parts.ledger, gracefulMs: this.#gracefulMs })
    this.#measures = new ProcessMeasures(parts)
    this.#web = new WebServing({
      ...parts,
      requests: () => this.#taking,
      ready: () => this.#phase.name === 'running' && (parts.share?.mesh.reachesAll() ?? true),
    })
    this.#collector = new Collector({
      events: parts.events,
      own: this.#ownSlot,
      workers: () => [],
      ask: () => Promise.reject(new RangeError('there are no workers')),
      ownSamples: () => this.samples(),
    })
  }

  get plan(): Plan {
    return this.#parts.preflight.plan
  }

  get summary(): StartupSummary {
    return this.#parts.preflight.summary
  }

  subscribe(listener: EventListener): () => void {
    return this.#parts.events.subscribe(listener)
  }

  get ingress(): Ingress {
    return this.#web.ingress
  }

  get url(): string | undefined {
    return this.#web.url
  }

  start(): Promise<void> {
    this.#start ??= this.#startOnce()
    return this.#start
  }

  /** Does what `start` does, up to the point where work may begin. @throws MillraceError BOOT_START_FAILED */
  prepare(): Promise<void> {
    return this.#prepare.run()
  }

  /** Does as much of `prepare` as needs no link: services are started, sinks are open. @throws MillraceError as `prepare` */
  async open(): Promise<void> {
    const opened = new Promise<void>((resolve) => {
      this.#tellOpened = resolve
    })
    await Promise.race([opened, this.prepare()])
  }

  /** Takes work, and lets the sources read. */
  begin(): void {
    if (this.#phase.name !== 'ready') return
    const { working } = this.#phase
    this.#phase = { name: 'running', working }
    this.#parts.events.emit('runtime.running')
    if (this.#phase.name !== 'running') return // whoever heard it has stopped it
    working.engine.runner.loop.begin()
    working.startSources()
    this.#web.begin()
  }

  /**
   * Resolves when every source that reads here has ended and nothing of it is left anywhere; rejects with the first failure.
   */
  async sourcesEnded(): Promise<Readonly<Record<string, number>>> {
    return await this.#run.sourcesEnded(this.#atWork)
  }

  /** Everything has been written: lets the sinks that are here finish. @throws MillraceError the first failure */
  completeSinks(): Promise<Readonly<Record<string, SinkReport>>> {
    return this.#run.completeSinks(() => this.#atWork)
  }

  async run(): Promise<RunResult> {
    this.#requireSource()
    await this.start()
    try {
      const roots = await this.sourcesEnded()
      await this.#retrying.close(shuttingDown('the run is over'))
      const reports = await this.completeSinks()
      return { roots, reports, counters: this.counters() }
    } finally {
      await this.stop()
    }
  }

  request<Type extends MessageType, Expect extends MessageType>(
    type: Type,
    payload: PayloadOf<Type>,
    options: RequestOptions<Expect>,
  ): Promise<PayloadOf<Expect>> {
    if (this.#phase.name !== 'running') return Promise.reject(this.#refusal())
    return this.#phase.working.requests.request(type, payload, options) as Promise<PayloadOf<Expect>> // a reply is of the expected type
  }

  stream<Type extends MessageType, Expect extends MessageType>(
    type: Type,
    payload: PayloadOf<Type>,
    options: StreamOptions<Expect>,
  ): AsyncIterable<PayloadOf<Expect>> {
    if (this.#phase.name !== 'running') throw this.#refusal()
    return this.#phase.working.requests.stream(type, payload, options) as AsyncIterable<PayloadOf<Expect>> // as above
  }

  async retry(letter: DeadLetter, options: RetryOptions = {}): Promise<RetryEnd> {
    if (this.#phase.name !== 'running') throw this.#refusal()
    const { retries } = this.#phase.working
    return await this.#retrying.run(letter.id, () => retries.retry(letter, options))
  }

  async drain(): Promise<boolean> {
    if (this.#phase.name === 'starting') await this.prepare()
    if (this.#phase.name === 'running' || this.#phase.name === 'ready') this.#beginDrain(this.#phase.working)
    if (this.#phase.name !== 'draining') return true
    const { inFlight, sources } = this.#phase.working
    const done = Promise.all([inFlight.idle(), sources.ended, this.#run.completed(), this.#web.drain()])
    return within(this.#gracefulMs, done, this.#kill.signal)
  }

  /**
   * Finishes what began here, streams included, and takes no new connections.
   *
   * @returns whether it was done within the graceful time
   */
  async retire(): Promise<boolean> {
    if (this.#phase.name !== 'running') return true
    const { inFlight } = this.#phase.working
    return within(this.#gracefulMs, Promise.all([inFlight.idle(), this.#web.drain()]), this.#kill.signal)
  }

  stop(): Promise<StopMode> {
    return this.#stop.run()
  }

  async kill(): Promise<void> {
    this.#kill.abort()
    await this.stop()
  }

  async snapshot(): Promise<RuntimeSnapshot> {
    const { summary, plan } = this
    const [group] = plan.groups
    const own = { slot: this.#ownSlot, group: group?.name ?? 'app', phase: this.#workerPhase() }
    return {
      scenario: summary.scenario,
      pid: process.pid,
      phase: this.#phase.name,
      at: this.#parts.now(),
      own: undefined,
      workers: [{ ...own, incarnation: 1, pid: process.pid, restarts: 0, vitals: this.vitals() }],
    }
  }

  /** How this process fares; undefined while it does no work. */
  vitals(): WorkerVitals | undefined {
    const working = this.#workingNow
    return working && this.#measures.vitals(working)
  }

  metrics(): Promise<MetricSamples> {
    return this.#collector.collect()
  }

  trace(traceId: string): Promise<readonly SpanRecord[]> {
    return Promise.resolve(this.#parts.oversight?.telemetry.spansOf(traceId) ?? [])
  }

  consoleLink(): string {
    return linkOf(this.#parts.oversight)
  }

  /** What this process has counted, without the labels that say which it is; nothing before it begins to work. */
  samples(): MetricSamples {
    return this.#measures.samples(this.#workingNow)
  }

  reload(group: string): Promise<readonly WorkerSnapshot[]> {
    const refused = `group '${group}' cannot be reloaded, because everything runs in this process; give it a worker process with bootstrap.mode: process_supervisor`
    return Promise.reject(new MillraceError('CONFIG_INVALID', refused))
  }

  workers(): readonly WorkerSnapshot[] {
    return []
  }

  counters(): RuntimeCounters {
    return this.#measures.counters(this.#workingNow)
  }

  async #startOnce(): Promise<void> {
    await this.prepare()
    this.begin()
  }

  async #prepareOnce(): Promise<void> {
    const { events, container, share, store } = this.#parts
    if (this.#phase.name !== 'created') throw this.#refusal()
    this.#phase = { name: 'starting' }
    events.emit('runtime.starting')
    let working: Working | undefined
    try {
      await this.#parts.oversight?.start()
      if (store instanceof LateStore) await store.open(this.#giveUp.signal)
      await container.start()
      working = await openWorking(this.#parts)
      this.#tellOpened()
      await share?.mesh.ready()
      await this.#web.open()
      events.emit('runtime.ready')
      this.#phase = { name: 'ready', working }
    } catch (thrown) {
      const error = startError(thrown)
      this.#phase = { name: 'stopping' }
      events.emit('runtime.failed', { code: error.code })
      await this.#web.close()
      await working?.close(error)
      await share?.mesh.close(error)
      await closeParts(this.#parts)
      await this.#closeTelemetry()
      this.#phase = { name: 'stopped' }
      throw error
    }
  }

  get #ownSlot(): SlotId {
    return ownSlot(this.plan)
  }

  #workerPhase(): WorkerPhase {
    return this.#phase.name === 'created' ? 'starting' : this.#phase.name
  }

  get #taking(): Requests {
    if (this.#phase.name !== 'running') throw this.#refusal()
    return this.#phase.working.requests
  }

  /** What works now; undefined before there is anything, and after the end. */
  get #workingNow(): Working | undefined {
    return 'working' in this.#phase ? this.#phase.working : undefined
  }

  get #atWork(): Working {
    if (this.#phase.name === 'running' || this.#phase.name === 'draining') return this.#phase.working
    throw this.#refusal()
  }

  #beginDrain(working: Working): void {
    this.#phase = { name: 'draining', working }
    this.#parts.events.emit('runtime.draining')
    working.engine.runner.loop.begin()
    const reason = shuttingDown('the runtime drains')
    working.sources.stop(reason)
    working.requests.endStreams(reason)
    working.retries.close(reason)
  }

  async #stopOnce(): Promise<StopMode> {
    if (this.#phase.name === 'created') this.#phase = { name: 'stopped' }
    else if (this.#phase.name === 'starting') {
      this.#parts.share?.mesh.giveUp()
      this.#giveUp.abort(shuttingDown('the runtime was stopped while it started'))
      await this.prepare().catch(() => undefined) // whoever called start hears of it
    }
    const inTime = await this.drain()
    const mode: StopMode = inTime ? 'graceful' : 'forced'
    if (this.#phase.name !== 'draining') return mode
    const { working } = this.#phase
    this.#measures.ended(working)
    this.#phase = { name: 'stopping' }
    this.#parts.events.emit('runtime.stopping')
    const reason = shuttingDown('the runtime stopped before this was done')
    await this.#web.close()
    await this.#parts.ledger?.settled()
    await working.close(reason)
    await this.#parts.share?.mesh.close(reason)
    await closeParts(this.#parts)
    this.#phase = { name: 'stopped' }
    this.#parts.events.emit('runtime.stopped', { mode })
    await this.#closeTelemetry()
    return mode
  }

  async #closeTelemetry(): Promise<void> {
    const { oversight, telemetry } = this.#parts
    await (oversight ?? telemetry)?.close()
  }

  #requireSource(): void {
    if (!this.#parts.preflight.nodes.some(({ kind }) => kind === 'source')) throw nothingToRun()
  }

  #refusal(): MillraceError {
    const { name } = this.#phase
    return name === 'created' || name === 'starting' || name === 'ready' ? notStarted() : takesNothingNew()
  }
}

function shuttingDown(detail: string): MillraceError {
  return new MillraceError('SHUTTING_DOWN', detail)
}
