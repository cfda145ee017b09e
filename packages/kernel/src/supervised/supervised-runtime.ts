/**
 * An application in worker processes: this process supervises them and is itself a member of the mesh, with links and waiters
 * and no node.
 *
 * L1  Nothing works before every worker is ready and linked; workers stop in the reverse order of their start.
 * L2  A run is complete when every source has ended, nothing that it sent is left anywhere, and no dead letter is being sent
 *     again; then the sinks are completed. A worker without one need not be there for that: it may be restarted just then. Where
 *     runs are kept, the end of this one is kept after that.
 * L3  The first failure is the one reported: of a root, a source, a sink or a worker.
 */
import type { StartupSummary } from '@millrace/config-validator'
import {
  type EndpointTable,
  type EventListener,
  type Ingress,
  type MessageType,
  type MetricSamples,
  MillraceError,
  type PayloadOf,
  type Plan,
  type Retiring,
  type RuntimeSnapshot,
  type SpanRecord,
  type StopMode,
  type Supervisor,
  type WorkerSnapshot,
} from '@millrace/contracts'
import { peersOf } from '@millrace/placement'
import type { DeadLetter } from '../dead-letters/letter-line.js'
import { embeddingSlot } from '../mesh/place.js'
import { Collector } from '../metrics/collector.js'
import { lossSamples } from '../metrics/process-samples.js'
import { within } from '../runtime/deadline.js'
import { Once } from '../runtime/once.js'
import { nothingToRun, notStarted, takesNothingNew } from '../runtime/refusals.js'
import type { RequestOptions, StreamOptions } from '../runtime/requests.js'
import { defaultRetryMs } from '../runtime/retries.js'
import type { RetryEnd, RetryOptions } from '../runtime/retry.js'
import { RetryLedger } from '../runtime/retry-ledger.js'
import type { RunResult, Runtime, RuntimeCounters } from '../runtime/runtime.js'
import { startError } from '../runtime/start-error.js'
import { linkOf } from '../telemetry/oversight.js'
import { serverUrl } from '../web/server-url.js'
import type { Share } from '../worker/share-runtime.js'
import { type HeldSocket, holdSocket } from './hold-socket.js'
import { whyNotReloaded } from './reloadable.js'
import { RetrySlots } from './retry-slots.js'
import type { SupervisedParts } from './supervised-parts.js'
import { SupervisedRun } from './supervised-run.js'
import { WorkerAnswers } from './worker-answers.js'
import { workerBundle } from './worker-bundle.js'
import { WorkerCounters } from './worker-counters.js'
import { WorkerNews } from './worker-news.js'

/** A runtime whose nodes run in worker processes. */
export class SupervisedRuntime implements Runtime {
  readonly #parts: SupervisedParts
  readonly #supervisor: Supervisor
  readonly #counters: WorkerCounters
  readonly #answers: WorkerAnswers
  readonly #run: SupervisedRun
  readonly #collector: Collector
  readonly #news: WorkerNews
  readonly #retrying = new RetryLedger()
  readonly #retrySlots: RetrySlots
  #phase: 'created' | 'starting' | 'running' | 'draining' | 'stopping' | 'stopped' = 'created'
  #start: Promise<void> | undefined
  /** This process has a link to every worker that it shares one with. */
  #linked: Promise<void> | undefined
  readonly #drain = new Once(() => this.#drainOnce())
  #stop: Promise<StopMode> | undefined
  #socket: HeldSocket | undefined
  #url: string | undefined

  constructor(parts: SupervisedParts) {
    this.#parts = parts
    const { events, workers, openRun, sinkWrote, oversight } = parts
    const { plan } = parts.preflight
    this.#counters = new WorkerCounters(events)
    this.#supervisor = parts.supervisor(
      {
        bundleOf: (slot, incarnation, beside) =>
          workerBundle(parts, { slot, incarnation, beside, socket: this.#socket?.handle }),
        moved: (old, timeoutMs) => this.#moved(old, timeoutMs),
        ready: () => this.#ready(),
        endpoints: (table) => this.#endpoints(table),
        told: (slot, subject, facts) => this.#news.told(slot, subject, facts),
        failed: (error) => this.#failed(error),
      },
      workers,
    )
    this.#answers = new WorkerAnswers((...question) => this.#supervisor.ask(...question))
    this.#run = new SupervisedRun({
      plan,
      workers,
      answers: this.#answers,
      counters: this.#counters,
      open: openRun && ((signal) => openRun((error) => this.#failed(error), signal)),
    })
    this.#retrySlots = new RetrySlots({
      plan,
      events,
      isRunning: (slot) => this.workers().some((worker) => worker.slot === slot && worker.phase === 'running'),
    })
    this.#collector = new Collector({
      events,
      own: embeddingSlot,
      workers: () => this.workers(),
      ask: (slot) => this.#answers.samples(slot),
      ownSamples: () => [...(parts.app?.runtime.samples() ?? []), ...lossSamples(oversight?.telemetry)],
    })
    this.#news = new WorkerNews({
      sources: this.#run.sources,
      collector: this.#collector,
      answers: this.#answers,
      sinkWrote,
      oversight,
    })
  }

  get plan(): Plan {
    return this.#parts.preflight.plan
  }

  get summary(): StartupSummary {
    return this.#parts.preflight.summary
  }

  get ingress(): Ingress {
    return this.#app.runtime.ingress
  }

  get url(): string | undefined {
    return this.#url
  }

  subscribe(listener: EventListener): () => void {
    return this.#parts.events.subscribe(listener)
  }

  start(): Promise<void> {
    this.#start ??= this.#startOnce()
    return this.#start
  }

  async run(): Promise<RunResult> {
    const { sources } = this.#run
    if (sources.none) throw nothingToRun()
    try {
      const known = await this.#run.known()
      if (known !== undefined) return known
      await this.start()
      const roots = await sources.ended
      await this.#retrying.close(new MillraceError('SHUTTING_DOWN', 'the run is over'))
      const reports = await this.#run.completeSinks()
      const result = { roots, reports, counters: this.counters() }
      await this.#run.complete(result)
      return result
    } finally {
      await this.stop()
      await this.#run.close()
    }
  }

  request<Type extends MessageType, Expect extends MessageType>(
    type: Type,
    payload: PayloadOf<Type>,
    options: RequestOptions<Expect>,
  ): Promise<PayloadOf<Expect>> {
    if (this.#phase !== 'running') return Promise.reject(this.#refusal())
    return this.#app.runtime.request(type, payload, options)
  }

  stream<Type extends MessageType, Expect extends MessageType>(
    type: Type,
    payload: PayloadOf<Type>,
    options: StreamOptions<Expect>,
  ): AsyncIterable<PayloadOf<Expect>> {
    if (this.#phase !== 'running') throw this.#refusal()
    return this.#app.runtime.stream(type, payload, options)
  }

  async retry(letter: DeadLetter, { timeoutMs = defaultRetryMs }: RetryOptions = {}): Promise<RetryEnd> {
    if (this.#phase !== 'running') throw this.#refusal()
    return await this.#retrying.run(letter.id, () =>
      this.#retrySlots.use(letter, timeoutMs, (slot) => this.#answers.retried(slot, letter, timeoutMs)),
    )
  }

  async drain(): Promise<boolean> {
    if (this.#phase === 'starting') await this.#start
    return this.#phase === 'running' ? this.#drain.run() : (this.#drain.begun ?? true)
  }

  stop(): Promise<StopMode> {
    this.#stop ??= this.#stopOnce()
    return this.#stop
  }

  async kill(): Promise<void> {
    const stopped = this.stop()
    await Promise.all([this.#supervisor.kill(), this.#parts.app?.runtime.kill()])
    await stopped
  }

  counters(): RuntimeCounters {
    return this.#counters.with(this.#parts.app?.runtime.counters())
  }

  async snapshot(): Promise<RuntimeSnapshot> {
    const workers = this.#supervisor
      .snapshot()
      .map(async (worker) => ({ ...worker, vitals: await this.#answers.vitals(worker) }))
    return {
      scenario: this.summary.scenario,
      pid: process.pid,
      phase: this.#phase,
      at: Date.now(),
      own: this.#parts.app?.runtime.vitals(),
      workers: await Promise.all(workers),
    }
  }

  metrics(): Promise<MetricSamples> {
    return this.#collector.collect()
  }

  async trace(traceId: string): Promise<readonly SpanRecord[]> {
    const slots = this.workers().map(({ slot }) => slot)
    const spans = await this.#answers.spans(slots, traceId)
    const own = this.#parts.oversight?.telemetry.spansOf(traceId) ?? []
    return [...own, ...spans].sort((one, other) => one.startMs - other.startMs)
  }

  consoleLink(): string {
    return linkOf(this.#parts.oversight)
  }

  async reload(group: string): Promise<readonly WorkerSnapshot[]> {
    const settings = this.#parts.workers.filter((worker) => worker.group === group)
    const { kv } = this.#parts.preflight.config.runtime.platform
    const reason = whyNotReloaded(this.plan, group, kv.backend)
    if (reason !== undefined) throw reason
    // One after the other: the others carry the load.
    for (const { slot } of settings) await this.#supervisor.replace(slot, 'reload')
    return this.workers().filter((worker) => worker.group === group)
  }

  workers(): readonly WorkerSnapshot[] {
    return this.#supervisor.snapshot()
  }

  get #app(): Share {
    const { app } = this.#parts
    if (app !== undefined) return app
    throw new MillraceError('ROUTE_NO_CONSUMER', 'nothing can be requested: the graph has no reply type')
  }

  async #startOnce(): Promise<void> {
    const { events, app } = this.#parts
    if (this.#phase !== 'created') throw this.#refusal()
    this.#phase = 'starting'
    events.emit('runtime.starting')
    try {
      await this.#run.open()
      await this.#holdSocket()
      const own = await app?.mesh.listen()
      this.#linked = app?.runtime.prepare()
      this.#linked?.catch(() => undefined) // heard when all are ready, unless a worker has failed before
      await this.#parts.oversight?.start()
      await this.#supervisor.start(own)
      this.#phase = 'running'
      events.emit('runtime.running')
      app?.runtime.begin()
    } catch (thrown) {
      const error = startError(thrown)
      this.#phase = 'stopping'
      events.emit('runtime.failed', { code: error.code })
      app?.mesh.giveUp()
      await this.#closeAll()
      await this.#parts.oversight?.close()
      this.#phase = 'stopped'
      throw error
    }
  }

  /** All workers are ready, and none has begun. */
  async #ready(): Promise<void> {
    await this.#linked
    this.#parts.events.emit('runtime.ready')
  }

  async #drainOnce(): Promise<boolean> {
    const { events, app, preflight } = this.#parts
    this.#phase = 'draining'
    events.emit('runtime.draining')
    this.#run.fail(new MillraceError('SHUTTING_DOWN', 'the runtime drains'))
    this.#socket?.close()
    const gracefulMs = preflight.config.runtime.platform.lifecycle.graceful_timeout_seconds * 1000
    const done = await Promise.all([app?.runtime.drain() ?? true, this.#supervisor.drain(gracefulMs)])
    return done.every(Boolean)
  }

  async #stopOnce(): Promise<StopMode> {
    this.#run.giveUp(new MillraceError('SHUTTING_DOWN', 'the runtime was stopped while it started'))
    if (this.#phase === 'created') this.#phase = 'stopped'
    if (this.#phase === 'starting') await this.#abandonStart()
    await this.#start?.catch(() => undefined) // whoever called start hears of it
    const inTime = await this.drain()
    if (this.#phase !== 'draining') return inTime ? 'graceful' : 'forced'
    this.#phase = 'stopping'
    this.#parts.events.emit('runtime.stopping')
    const stopped = await this.#closeAll()
    const mode = inTime && stopped === 'graceful' ? 'graceful' : 'forced'
    this.#phase = 'stopped'
    this.#parts.events.emit('runtime.stopped', { mode })
    await this.#parts.oversight?.close()
    return mode
  }

  /** The start fails, and ends the workers that it has spawned. */
  async #abandonStart(): Promise<void> {
    this.#parts.app?.mesh.giveUp()
    await this.#supervisor.stop()
  }

  /** The web worker comes and goes; its socket stays. */
  async #holdSocket(): Promise<void> {
    const { web, preflight } = this.#parts
    if (web === undefined) return
    const { server } = preflight.config.runtime.web
    this.#socket = await holdSocket(server)
    this.#url = serverUrl(server, this.#socket.port)
  }

  async #closeAll(): Promise<StopMode> {
    this.#socket?.close()
    const [mode] = await Promise.all([this.#supervisor.stop(), this.#parts.app?.runtime.stop()])
    await this.#run.close()
    return mode
  }

  /** Waits until nobody waits for anything of a process whose slot has moved. */
  async #moved(old: Retiring, timeoutMs: number): Promise<void> {
    const { pairs, app } = this.#parts
    const left = peersOf(pairs, old.slot).map((peer) =>
      peer === embeddingSlot ? app?.mesh.left(old) : this.#answers.left(peer, old, timeoutMs),
    )
    await within(timeoutMs, Promise.allSettled(left)) // a peer that is gone waits for nothing
  }

  #endpoints(table: EndpointTable): void {
    this.#parts.app?.connect(table)
  }

  #failed(error: MillraceError): void {
    this.#parts.events.emit('runtime.failed', { ...error.facts, code: error.code, reason: error.message })
    this.#run.fail(error)
    this.#parts.app?.mesh.abandonSlots()
    void this.stop()
  }

  #refusal(): MillraceError {
    return this.#phase === 'created' || this.#phase === 'starting' ? notStarted() : takesNothingNew()
  }
}
