import type { EventLevel, EventName } from './events.js'
import type { Facts, MillraceError } from './millrace-error.js'
import type { Endpoint, SlotId } from './transport.js'

/** Where a worker is in its life. */
export type WorkerPhase = 'starting' | 'ready' | 'running' | 'draining' | 'stopping' | 'stopped' | 'failed'

/** How something stopped: by itself within its budget, or by force. */
export type StopMode = 'graceful' | 'forced'

/** When a worker that died is replaced; `runtime.platform.process_groups[].restart`. */
export interface RestartSettings {
  readonly policy: 'never' | 'on_failure' | 'always'
  /** How many restarts are allowed within `periodMs`; one more ends the runtime. */
  readonly maxRestarts: number
  readonly periodMs: number
  /** The wait before the first restart; it doubles each time, with jitter. */
  readonly backoffMs: number
  readonly backoffMaxMs: number
}

/** What must be known of a slot to keep a worker in it. */
export interface WorkerSettings {
  readonly slot: SlotId
  readonly group: string
  readonly startTimeoutMs: number
  readonly stopTimeoutMs: number
  readonly heartbeatMs: number
  readonly stallTimeoutMs: number
  /** How much resident memory a process may have before it is replaced, in MiB; undefined for no limit. */
  readonly maxMemoryMb: number | undefined
  /** Why its process cannot be replaced while it works, for whoever reads events; undefined where it can. */
  readonly whyNotReplaced: string | undefined
  readonly restart: RestartSettings
}

/** The key that a worker shares with one peer. */
export interface LinkKey {
  readonly peer: SlotId
  /** 32 bytes. */
  readonly key: Uint8Array
}

/** What a worker is told once, over the channel it inherits: everything it is made of. */
export interface WorkerBundle {
  readonly slot: SlotId
  readonly group: string
  /** Grows by one with each process in the slot, from 1. */
  readonly incarnation: number
  /** Names this run of the application, 32 hex digits. */
  readonly run: string
  /** The keys of the links that the plan gives this worker, and no other. */
  readonly keys: readonly LinkKey[]
  /** What the application is rebuilt from; plain JSON that only the assembler understands. */
  readonly metadata: unknown
  /** A listening socket that outlives the worker, as Node hands sockets from process to process; left out for most. */
  readonly socket?: unknown
  /**
   * Whether it is to take the place of a process that goes on until then: so it opens all that it needs before it can be dialled.
   */
  readonly beside: boolean
}

/** A process in a slot that can be dialled. */
export interface WorkerEndpoint extends Endpoint {
  readonly incarnation: number
}

/** Where every slot can be dialled; a slot without a living worker is missing. */
export interface EndpointTable {
  /** Grows with each change. */
  readonly version: number
  readonly endpoints: readonly WorkerEndpoint[]
  /** Processes whose slot has moved to another one, and which finish what they hold. They are not dialled any more. */
  readonly retiring: readonly Retiring[]
}

/** A process that lives on although its slot has moved. */
export interface Retiring {
  readonly slot: SlotId
  readonly incarnation: number
}

/** The application inside a worker, as its supervisor drives it. */
export interface WorkerApplication {
  /** Where the worker listens for its peers. */
  readonly endpoint: Endpoint
  /** A new table: peers came, went or were replaced. */
  connect(table: EndpointTable): void
  /** Starts services, opens sinks, waits for links. @throws MillraceError what kept it from being ready */
  ready(): Promise<void>
  /** What readiness still waits for, in words: `link to features#2`. */
  waitsFor(): readonly string[]
  /** All workers are ready: work may begin. */
  start(): void
  /** Finishes what it holds and refuses what is new. @returns whether all was done in time */
  drain(): Promise<boolean>
  /**
   * Another process has its slot: finishes what began in this one, streams included, and takes no new connections.
   *
   * @returns whether all was done in time
   */
  retire(): Promise<boolean>
  /**
   * The others go on without this process, and another may take its slot: they hear nothing of what it gives up from now on, so
   * that they can send that again. `stop` follows.
   */
  vacate(): void
  /** Closes everything in the reverse order of its start. */
  stop(): Promise<StopMode>
  /** Answers a question of the assembler in the supervising process. Plain JSON in, plain JSON out. */
  answer(question: string, facts: unknown): unknown
}

/** What a worker's application says to its supervisor unasked. */
export interface WorkerVoice {
  /** An event that happened in the worker; it is emitted again where the supervisor is. */
  event(name: EventName, level: EventLevel, facts: Facts): void
  /** Something for the assembler in the supervising process. Plain JSON. */
  tell(subject: string, facts: unknown): void
}

/** Makes the application of a worker from its bundle. */
export type LoadWorker = (bundle: WorkerBundle, voice: WorkerVoice) => Promise<WorkerApplication>

/** One worker as it is now. */
export interface WorkerSnapshot {
  readonly slot: SlotId
  readonly group: string
  readonly phase: WorkerPhase
  readonly incarnation: number
  readonly pid: number | undefined
  readonly restarts: number
}

/** How a worker fares: what it has done since it began, and what it holds now. */
export interface WorkerVitals {
  /** Messages that handlers and sinks were called with, since it began. */
  readonly handled: number
  /** Messages that wait for a place at their node. */
  readonly queued: number
  /** How long the first of them has waited, in milliseconds: the longest of all nodes. */
  readonly lagMs: number
  /** Roots that began here, and envelopes that others have sent here, which are not done. */
  readonly inFlight: number
  /** Messages that it has sent once more, because the worker that held them died or was replaced. */
  readonly redelivered: number
  /** Resident memory; 0 where the process can open no file, which is how it would learn. */
  readonly rssBytes: number
  /** How late its event loop was at worst since this was last asked for, in milliseconds. */
  readonly loopDelayMs: number
}

/** What a supervisor needs from the assembler. */
export interface SupervisorListener {
  /** What a new worker is told. Called once for each process. */
  bundleOf(slot: SlotId, incarnation: number, beside: boolean): WorkerBundle
  /** At the first start: all workers are ready, and none of them has been given work. What this returns is waited for. */
  ready(): Promise<void>
  /**
   * A slot has moved to a new process, which works; the old one holds what it had been given. Resolves when nobody waits for any
   * of it, or when the time is over.
   */
  moved(old: Retiring, timeoutMs: number): Promise<void>
  /** The table changed; workers have been told too. */
  endpoints(table: EndpointTable): void
  /** A worker says something unasked. */
  told(slot: SlotId, subject: string, facts: unknown): void
  /** Supervision has ended by a failure; everything is being stopped. Called at most once. */
  failed(error: MillraceError): void
}

/** Keeps one worker process in each slot. */
export interface Supervisor {
  /**
   * Spawns all workers in the order given and resolves when all of them are ready and have been started.
   *
   * @param own the endpoint of the supervising process itself, where it has links
   * @throws MillraceError BOOT_START_FAILED, BOOT_NOT_READY; no process is left then
   */
  start(own?: WorkerEndpoint): Promise<void>
  /** Every slot, in the order of their start. */
  snapshot(): readonly WorkerSnapshot[]
  /** Asks one worker's application. @throws MillraceError what it threw; WORKER_CRASHED; BOOT_NOT_READY without a worker */
  ask(slot: SlotId, question: string, facts: unknown, timeoutMs: number): Promise<unknown>
  /**
   * Replaces the process of a slot while it works: another is started beside it, the slot moves to that, and the old process
   * ends when it holds nothing any more. Until the slot moves, a failure leaves all as it was. Slots are replaced one after the
   * other, whoever asks for it.
   *
   * @throws MillraceError BOOT_START_FAILED, BOOT_NOT_READY: what kept the new process from working, or the slot has none
   */
  replace(slot: SlotId, reason: string): Promise<void>
  /** Drains all workers at once. @returns whether all was done within the budget */
  drain(timeoutMs: number): Promise<boolean>
  /** Stops all workers in the reverse order of their start, by force where a budget is over. May be called more than once. */
  stop(): Promise<StopMode>
  /** Kills every worker at once. */
  kill(): Promise<void>
}
