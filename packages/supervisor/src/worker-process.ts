/**
 * One worker process, from its spawn until it is gone.
 *
 *   starting → ready → running → draining → stopping → stopped
 *      └─────────┴────────┴─────────┴──────────→ failed
 *
 * 1. Its bundle is published once, when it says hello.
 * 2. It fails at most once, and the first cause counts. What ends after it was told to stop has not failed.
 * 3. `worker.stopped` is its last event, exactly one, when the process is gone: whatever else became of it.
 * 4. Each step of an ending has a budget of its own: asked to stop, SIGTERM, SIGKILL. Nothing is waited for without one.
 * 5. When it is gone, no timer and no question of it is left.
 */
import type {
  EndpointTable,
  MillraceError,
  SlotId,
  WorkerEndpoint,
  WorkerPhase,
  WorkerSettings,
} from '@millrace/contracts'
import type { FromWorker } from './control-message.js'
import { createDeferred } from './deferred.js'
import { type EndingFrom, endStepByStep } from './ending.js'
import { createLastWord } from './last-word.js'
import { createMilestones } from './milestones.js'
import { createPendingQuestions, type PendingQuestions } from './pending-questions.js'
import { type ProcessExit, type SpawnedWorker, spawnWorker } from './spawned-worker.js'
import { beatIntervalMs, createStallWatch, type StallWatch } from './stall-watch.js'
import { createStartTimer, type StartTimer } from './start-timer.js'
import { createWorkerEvents, type WorkerEvents } from './worker-events.js'
import * as failures from './worker-failures.js'
import type { WorkerEnd, WorkerProcessParts } from './worker-process-parts.js'

/** Memory can grow faster than a worker has to beat. */
const longestMeasureMs = 1000

/** How a process is told that it ends. */
type StopWord = 'stop' | 'vacate'

type State =
  | { readonly phase: 'starting'; readonly step: 'spawned' | 'loading' | 'discovered' | 'connected' }
  | { readonly phase: 'ready' | 'running' | 'draining'; readonly watch: StallWatch }
  | { readonly phase: 'stopping' }
  | { readonly phase: 'failed'; readonly failure: MillraceError }
  | { readonly phase: 'gone'; readonly end: WorkerEnd }

/** A process in a slot. It is spawned by being made. */
export class WorkerProcess {
  readonly #milestones = createMilestones()
  readonly #lastWord = createLastWord()
  readonly #gone = createDeferred<WorkerEnd>()
  readonly #parts: WorkerProcessParts
  readonly #spawned: SpawnedWorker
  readonly #events: WorkerEvents
  readonly #questions: PendingQuestions
  readonly #startTimer: StartTimer
  #state: State = { phase: 'starting', step: 'spawned' }
  #hasBegun = false
  #drainReport: boolean | undefined
  /** What must all be so for an end to be graceful. */
  readonly #grace = { drained: true, saidStopped: false, unforced: true }

  constructor(parts: WorkerProcessParts) {
    const { settings, program } = parts
    this.#parts = parts
    this.#events = createWorkerEvents(parts.bundle, parts.events, () => this.#spawned.pid)
    this.#questions = createPendingQuestions(settings.slot)
    this.#startTimer = createStartTimer(settings.startTimeoutMs, parts.clock, () => void this.#late())
    this.#spawned = spawnWorker(program, settings.maxMemoryMb, {
      received: (message) => this.#received(message),
      beat: (turn) => watchOf(this.#state)?.beat(turn),
    })
    this.#events.emit('worker.starting', { reason: parts.reason })
    this.#startTimer.run()
    void this.#spawned.gone.then((exit) => this.#ended(exit))
  }

  get slot(): SlotId {
    return this.#parts.settings.slot
  }

  get incarnation(): number {
    return this.#parts.bundle.incarnation
  }

  get phase(): WorkerPhase {
    const state = this.#state
    if (state.phase !== 'gone') return state.phase
    return state.end.failure === undefined ? 'stopped' : 'failed'
  }

  /** Undefined when the process is gone. */
  get pid(): number | undefined {
    return this.#state.phase === 'gone' ? undefined : this.#spawned.pid
  }

  /** Where it can be dialled. Rejects when it ends before. */
  get discovered(): Promise<WorkerEndpoint> {
    return this.#milestones.discovered.promise
  }

  /** Rejects when it ends before. */
  get ready(): Promise<void> {
    return this.#milestones.ready.promise
  }

  /** Settles when it has said whether it finished what it held, or never will. */
  get drainSettled(): Promise<void> {
    return this.#milestones.drainSettled.promise
  }

  /** Whether it has finished what it held; undefined as long as it has not said. */
  get drainReport(): boolean | undefined {
    return this.#drainReport
  }

  /** Resolves when the process is gone. */
  get gone(): Promise<WorkerEnd> {
    return this.#gone.promise
  }

  /** Whether it was running at any time. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** Tells it where its peers are. A worker that is not loaded yet has no use for that. */
  connect(table: EndpointTable): void {
    if (!this.#isLoaded()) return
    this.#spawned.send({ millrace: 'endpoints', table })
    if (this.#state.phase !== 'starting') return
    this.#state = { phase: 'starting', step: 'connected' }
    this.#startTimer.run()
  }

  /** Lets it begin its work. Rejects when it ends before it has. */
  start(): Promise<void> {
    this.#spawned.send({ millrace: 'start' })
    return this.#milestones.running.promise
  }

  /** Lets it finish what it holds; `drainReport` tells whether it has. */
  drain(): void {
    this.#finish('drain')
  }

  /** Lets it finish what began in it, as another process has its slot; `drainReport` tells whether it has. */
  retire(): void {
    this.#finish('retire')
  }

  /** Tells it to stop, and ends it by force when it does not. */
  stop(reason: string): Promise<WorkerEnd> {
    return this.#stop(reason, 'stop')
  }

  /** The same while the others go on: they can send again what it gives up. */
  vacate(reason: string): Promise<WorkerEnd> {
    return this.#stop(reason, 'vacate')
  }

  /** Kills it at once. */
  kill(): Promise<WorkerEnd> {
    if (!this.#isEnding()) this.#stopFrom('SIGKILL', 'killed', 'stop')
    else if (this.#state.phase !== 'gone') this.#force('SIGKILL')
    return this.gone
  }

  /** Asks its application. */
  ask(question: string, facts: unknown, timeoutMs: number): Promise<unknown> {
    if (this.#isEnding() || !this.#isLoaded()) return Promise.reject(failures.noWorker(this.#parts.settings.slot))
    return this.#questions.ask(question, timeoutMs, (id) =>
      this.#spawned.send({ millrace: 'ask', id, question, facts }),
    )
  }

  #received(message: FromWorker): void {
    switch (message.millrace) {
      case 'hello':
        return this.#publish()
      case 'discovered':
        return this.#becomeDiscovered(message.address)
      case 'waiting':
        return this.#lastWord.heard(message.for)
      case 'ready':
        return this.#becomeReady()
      case 'running':
        return this.#becomeRunning()
      case 'drained':
        this.#grace.drained = message.complete
        this.#drainReport = message.complete
        return this.#milestones.drainSettled.resolve()
      case 'stopped':
        this.#grace.saidStopped = message.mode === 'graceful'
        return
      case 'failed':
        return this.#fail(this.#events.failureOf(message.report), 'exit')
      case 'answer':
      case 'refusal':
        return this.#questions.answered(message)
      case 'event':
        return this.#events.repeat(message)
      case 'memory':
        return this.#parts.measured(message.rssBytes)
      case 'tell':
        return this.#parts.told(message.subject, message.facts)
    }
  }

  #publish(): void {
    const state = this.#state
    if (state.phase !== 'starting' || state.step !== 'spawned')
      return this.#fail(failures.bundlePublishedTwice(this.#events.facts), 'SIGTERM')
    this.#state = { phase: 'starting', step: 'loading' }
    const { settings } = this.#parts
    const { socket, ...bundle } = this.#parts.bundle
    try {
      this.#spawned.send({ millrace: 'bundle', bundle, ...intervalsOf(settings) }, socket)
    } catch (error) {
      this.#fail(failures.bundleNotSendable(this.#events.facts, error), 'SIGTERM')
    }
  }

  #becomeDiscovered(address: string): void {
    if (this.#state.phase !== 'starting' || this.#state.step !== 'loading') return
    this.#state = { phase: 'starting', step: 'discovered' }
    this.#startTimer.pause()
    const { slot, incarnation } = this.#parts.bundle
    this.#milestones.discovered.resolve({ slot, address, incarnation })
  }

  #becomeReady(): void {
    if (this.#state.phase !== 'starting' || this.#state.step !== 'connected') return
    this.#startTimer.pause()
    this.#state = { phase: 'ready', watch: this.#watch() }
    this.#events.emit('worker.ready')
    this.#milestones.ready.resolve()
  }

  #becomeRunning(): void {
    if (this.#state.phase !== 'ready') return
    this.#state = { phase: 'running', watch: this.#state.watch }
    this.#hasBegun = true
    this.#events.emit('worker.running')
    this.#milestones.running.resolve()
  }

  #watch(): StallWatch {
    const { settings, clock } = this.#parts
    return createStallWatch(settings, clock, (cause) =>
      this.#fail(failures.workerStalled(this.#events.facts, cause, settings.stallTimeoutMs), 'SIGKILL'),
    )
  }

  /** Its time to become ready is over. */
  async #late(): Promise<void> {
    const waitsFor = await this.#askWhatItWaitsFor()
    // It may have become ready while it was asked.
    if (this.#state.phase !== 'starting') return
    const { startTimeoutMs } = this.#parts.settings
    this.#fail(failures.workerNotReady(this.#events.facts, startTimeoutMs, waitsFor), 'SIGTERM')
  }

  async #askWhatItWaitsFor(): Promise<readonly string[]> {
    const state = this.#state
    if (state.phase !== 'starting' || state.step === 'spawned') return ['its main module to call runWorker']
    if (state.step === 'loading') return ['its application to be loaded']
    return await this.#lastWord.ask(() => this.#spawned.send({ millrace: 'waits' }))
  }

  #fail(failure: MillraceError, from: EndingFrom): void {
    if (this.#isEnding()) return
    this.#leave({ phase: 'failed', failure }, failure)
    const { message: reason, code, facts } = failure
    this.#events.emit('worker.failed', { ...facts, code, reason })
    void this.#end(from, 'stop')
  }

  #finish(word: 'drain' | 'retire'): void {
    if (this.#state.phase !== 'running') return
    this.#state = { phase: 'draining', watch: this.#state.watch }
    this.#grace.drained = false
    this.#events.emit('worker.draining')
    this.#spawned.send({ millrace: word })
  }

  #stop(reason: string, word: StopWord): Promise<WorkerEnd> {
    if (!this.#isEnding()) this.#stopFrom(this.#isLoaded() ? 'message' : 'SIGTERM', reason, word)
    return this.gone
  }

  #stopFrom(from: EndingFrom, reason: string, word: StopWord): void {
    this.#leave({ phase: 'stopping' }, failures.workerStopping(this.#events.facts))
    this.#events.emit('worker.stopping', { reason })
    void this.#end(from, word)
  }

  /** Nothing that it was waited for will come any more. */
  #leave(next: State, error: MillraceError): void {
    watchOf(this.#state)?.end()
    this.#startTimer.pause()
    this.#state = next
    this.#milestones.miss(error)
    if (next.phase === 'failed') this.#questions.end(error)
  }

  async #end(from: EndingFrom, word: StopWord): Promise<void> {
    const isGone = await endStepByStep(from, {
      ...this.#parts.budgets,
      stopTimeoutMs: this.#parts.settings.stopTimeoutMs,
      gone: this.#spawned.gone,
      tell: () => this.#spawned.send({ millrace: word }),
      force: (signal) => this.#force(signal),
    })
    if (!isGone) this.#ended({ exitCode: null, signal: null })
  }

  #force(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#grace.unforced = false
    this.#spawned.signal(signal)
  }

  /** The process is gone, or cannot be made to go. */
  #ended(exit: ProcessExit): void {
    if (this.#state.phase === 'gone') return
    if (!this.#isEnding()) this.#fail(failures.workerCrashed(this.#events.facts, exit), 'exit')
    const end = this.#endOf(exit)
    this.#questions.end(end.failure ?? failures.workerStopping(this.#events.facts))
    this.#events.emit('worker.stopped', { mode: end.mode, ...failures.exitFacts(exit) })
    this.#state = { phase: 'gone', end }
    this.#gone.resolve(end)
  }

  #endOf(exit: ProcessExit): WorkerEnd {
    const failure = this.#state.phase === 'failed' ? this.#state.failure : undefined
    const clean = exit.exitCode === 0
    const { drained, saidStopped, unforced } = this.#grace
    const isGraceful = failure === undefined && clean && drained && saidStopped && unforced
    return { mode: isGraceful ? 'graceful' : 'forced', failure, clean }
  }

  #isLoaded(): boolean {
    const state = this.#state
    if (state.phase === 'starting') return state.step === 'discovered' || state.step === 'connected'
    return watchOf(state) !== undefined
  }

  #isEnding(): boolean {
    return this.#state.phase === 'stopping' || this.#state.phase === 'failed' || this.#state.phase === 'gone'
  }
}

/** How often it beats, and how often it says what memory it has, where that is limited. */
function intervalsOf(settings: WorkerSettings): { readonly beatMs: number; readonly measureMs?: number } {
  const beatMs = beatIntervalMs(settings)
  return settings.maxMemoryMb === undefined ? { beatMs } : { beatMs, measureMs: Math.min(beatMs, longestMeasureMs) }
}

function watchOf(state: State): StallWatch | undefined {
  return 'watch' in state ? state.watch : undefined
}
