/**
 * The life of a worker, seen from inside: what its supervisor says drives its application.
 *
 * 1. The bundle is received once; a second is BOOT_CHANNEL_USED and ends the worker.
 * 2. The application hears nothing before it is loaded, and `start` only after its `ready` was fulfilled.
 * 3. What keeps it from being ready is reported once, before the process ends. No key of the bundle is in any text that
 *    leaves: they are known to the redactor before anything else sees the bundle.
 * 4. A worker that is told to stop while it loads has nothing to close and ends at once.
 */
import {
  createRedactor,
  type EndpointTable,
  type LoadWorker,
  MillraceError,
  type Redactor,
  type StopMode,
  type WorkerApplication,
  type WorkerVoice,
} from '@millrace/contracts'
import type { FromWorker, ToWorker } from '../control-message.js'
import { reportOf } from '../error-report.js'
import { checkBundle } from './bundle.js'
import { workerExitCode } from './exit-code.js'

/** What a session needs from its process. */
export interface WorkerSessionParts {
  readonly load: LoadWorker
  send(message: FromWorker): void
  /** Ends the process when all that was sent has left it. */
  end(exitCode: number): void
  /** Begins to beat. */
  beat(everyMs: number): void
  /** Begins to say how much memory the process has. */
  measure(everyMs: number): void
}

type State =
  | { readonly stage: 'new' }
  | { readonly stage: 'loading' }
  | { readonly stage: 'discovered' | 'connected' | 'ready' | 'running'; readonly application: WorkerApplication }
  | { readonly stage: 'stopping' }

type Loaded = State & { readonly application: WorkerApplication }

/** What a worker does about each message of its supervisor. */
export class WorkerSession {
  readonly #parts: WorkerSessionParts
  readonly #redactor: Redactor = createRedactor()
  #name = 'a worker'
  #state: State = { stage: 'new' }

  constructor(parts: WorkerSessionParts) {
    this.#parts = parts
  }

  /** Hears its supervisor. @param socket what came along with the message */
  received(message: ToWorker, socket?: unknown): void {
    switch (message.millrace) {
      case 'bundle':
        if (message.measureMs !== undefined) this.#parts.measure(message.measureMs)
        return void this.#load(message.bundle, message.beatMs, socket)
      case 'endpoints':
        return this.#connect(message.table)
      case 'start':
        return this.#start()
      case 'drain':
        return void this.#finish((application) => application.drain())
      case 'retire':
        return void this.#finish((application) => application.retire())
      case 'vacate':
        if (isLoaded(this.#state)) this.#state.application.vacate()
        return this.stop()
      case 'stop':
        return this.stop()
      case 'waits':
        return this.#parts.send({ millrace: 'waiting', for: this.#waitsFor() })
      case 'ask':
        return void this.#answer(message.id, message.question, message.facts)
    }
  }

  /** Closes the application and ends the process. When that is under way already, it is given up. */
  stop(): void {
    const state = this.#state
    this.#state = { stage: 'stopping' }
    if (state.stage === 'stopping') return this.#end('forced')
    if (!isLoaded(state)) return this.#end('graceful')
    void this.#close(state.application)
  }

  /** Reports what nobody caught while the worker starts; Node ends the process then. */
  uncaught(thrown: unknown): void {
    if (this.#state.stage === 'running' || this.#state.stage === 'stopping') return
    this.#parts.send(this.#failure(thrown, 'could not start, because something was thrown that nobody caught'))
  }

  async #load(given: unknown, beatMs: number, socket: unknown): Promise<void> {
    if (this.#state.stage !== 'new') return void this.#fail(bundleUsed(this.#name), 'was published to twice')
    this.#state = { stage: 'loading' }
    this.#parts.beat(beatMs)
    try {
      const bundle = checkBundle(given)
      this.#name = bundle.slot
      for (const { key } of bundle.keys) this.#redactor.protect(key)
      const application = await this.#parts.load(socket === undefined ? bundle : { ...bundle, socket }, this.#voice())
      this.#loaded(application)
    } catch (error) {
      await this.#fail(error, 'could not load its application')
    }
  }

  #loaded(application: WorkerApplication): void {
    // It may have been told to stop meanwhile.
    if (this.#state.stage !== 'loading') return
    this.#state = { stage: 'discovered', application }
    this.#parts.send({ millrace: 'discovered', address: application.endpoint.address })
  }

  #connect(table: EndpointTable): void {
    const state = this.#state
    if (!isLoaded(state)) return
    state.application.connect(table)
    if (state.stage !== 'discovered') return
    this.#state = { ...state, stage: 'connected' }
    void this.#becomeReady(state.application)
  }

  async #becomeReady(application: WorkerApplication): Promise<void> {
    try {
      await application.ready()
      if (this.#state.stage !== 'connected') return
      this.#state = { stage: 'ready', application }
      this.#parts.send({ millrace: 'ready' })
    } catch (error) {
      await this.#fail(error, 'could not become ready')
    }
  }

  #start(): void {
    const state = this.#state
    if (state.stage !== 'ready') return
    try {
      state.application.start()
      this.#state = { ...state, stage: 'running' }
      this.#parts.send({ millrace: 'running' })
    } catch (error) {
      void this.#fail(error, 'could not begin its work')
    }
  }

  async #finish(how: (application: WorkerApplication) => Promise<boolean>): Promise<void> {
    const state = this.#state
    const complete = isLoaded(state) ? await this.#orFalse(how(state.application)) : true
    this.#parts.send({ millrace: 'drained', complete })
  }

  async #orFalse(promise: Promise<boolean>): Promise<boolean> {
    try {
      return await promise
    } catch {
      return false
    }
  }

  async #answer(id: number, question: string, facts: unknown): Promise<void> {
    try {
      const value = isLoaded(this.#state) ? await this.#state.application.answer(question, facts) : undefined
      this.#parts.send({ millrace: 'answer', id, value })
    } catch (error) {
      const report = reportOf(error, 'NODE_FAILED', `${this.#name} cannot answer ${question}`, this.#redactor)
      this.#parts.send({ millrace: 'refusal', id, report })
    }
  }

  /** Reports a failure, closes what there is, and ends the process. */
  async #fail(error: unknown, what: string): Promise<void> {
    const state = this.#state
    if (state.stage === 'stopping') return
    this.#state = { stage: 'stopping' }
    this.#parts.send(this.#failure(error, what))
    if (isLoaded(state)) await stopped(state.application)
    this.#parts.end(workerExitCode.startFailed)
  }

  #failure(error: unknown, what: string): FromWorker {
    return {
      millrace: 'failed',
      report: reportOf(error, 'BOOT_START_FAILED', `${this.#name} ${what}`, this.#redactor),
    }
  }

  async #close(application: WorkerApplication): Promise<void> {
    this.#end(await stopped(application))
  }

  #end(mode: StopMode): void {
    this.#parts.send({ millrace: 'stopped', mode })
    this.#parts.end(workerExitCode[mode])
  }

  #waitsFor(): readonly string[] {
    return isLoaded(this.#state) ? this.#state.application.waitsFor().map((text) => this.#redactor.text(text)) : []
  }

  #voice(): WorkerVoice {
    return {
      event: (name, level, facts) =>
        this.#parts.send({ millrace: 'event', name, level, facts: this.#redactor.value(facts) as typeof facts }), // a copy of the same shape
      tell: (subject, facts) => this.#parts.send({ millrace: 'tell', subject, facts }),
    }
  }
}

function isLoaded(state: State): state is Loaded {
  return 'application' in state
}

/** How an application stops; one that throws has not done so by itself. */
async function stopped(application: WorkerApplication): Promise<StopMode> {
  try {
    return await application.stop()
  } catch {
    return 'forced'
  }
}

function bundleUsed(name: string): MillraceError {
  return new MillraceError(
    'BOOT_CHANNEL_USED',
    `${name} received a second bundle, which only another than its supervisor can have sent; the worker ends`,
  )
}
