import type { StartupSummary } from '@millrace/config-validator'
import type {
  EventListener,
  Ingress,
  MessageType,
  MetricSamples,
  PayloadOf,
  Plan,
  RuntimeSnapshot,
  SinkReport,
  SpanRecord,
  StopMode,
  WorkerSnapshot,
} from '@millrace/contracts'
import type { ReplyCounters } from '@millrace/reply-waiter'
import type { DeadLetter } from '../dead-letters/letter-line.js'
import type { MeshCounters } from '../mesh/mesh-counters.js'
import type { GivenUpCounters } from './given-up.js'
import type { RequestOptions, StreamOptions } from './requests.js'
import type { RetryEnd, RetryOptions } from './retry.js'

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
  readonly givenUp: GivenUpCounters
  /** What was sent again after a worker died or a link was lost, and what came again because of that. */
  readonly delivery: MeshCounters
}

/** A graph at work: in this process, or in worker processes that it supervises. */
export interface Runtime {
  /** The compiled plan: graph, groups and hops. */
  readonly plan: Plan
  /** What will run, and where: for people and for `--json`. */
  readonly summary: StartupSummary
  /** The way in for a web server of your own: see `@millrace/web-fastify`. */
  readonly ingress: Ingress
  /** Where the web server listens; undefined where there is none, or before it does. */
  readonly url: string | undefined
  /** Hears events from now on, those of workers too. @returns a function that ends it */
  subscribe(listener: EventListener): () => void
  /**
   * Starts services, opens sinks, and lets sources read. A second call waits for the first.
   *
   * @throws MillraceError BOOT_START_FAILED, BOOT_NOT_READY; nothing has run then, and what was started is closed again
   */
  start(): Promise<void>
  /**
   * Runs until every source is exhausted and nothing is left in flight, then completes the sinks and stops.
   *
   * @throws MillraceError the first failure of a root, a source, a sink or a worker; SHUTTING_DOWN when it was stopped before
   * the end
   */
  run(): Promise<RunResult>
  /**
   * Sends one message into the graph and waits for its reply.
   *
   * @throws MillraceError PAYLOAD_INVALID, PAYLOAD_TOO_LARGE, ROUTE_NO_CONSUMER, OVERLOADED, SHUTTING_DOWN, REPLY_TIMEOUT,
   * REPLY_CANCELLED, REPLY_MISSING, NODE_FAILED, WORKER_CRASHED, HANDOFF_TRANSPORT
   */
  request<Type extends MessageType, Expect extends MessageType>(
    type: Type,
    payload: PayloadOf<Type>,
    options: RequestOptions<Expect>,
  ): Promise<PayloadOf<Expect>>
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
  ): AsyncIterable<PayloadOf<Expect>>
  /**
   * Sends the message of a dead letter to the node that has given it up, as a root of its own. Resolves when all that came of it is
   * done; the letter is dropped then. Whatever this throws, the letter stays where it is.
   *
   * @throws MillraceError ROUTE_UNKNOWN_TARGET, ROUTE_TARGET_REFUSES_TYPE, PAYLOAD_INVALID, PAYLOAD_TOO_LARGE, RETRY_REFUSED,
   * OVERLOADED, SHUTTING_DOWN, REPLY_TIMEOUT, HANDOFF_TIMEOUT, NODE_FAILED, WORKER_CRASHED, HANDOFF_TRANSPORT; BACKEND_UNAVAILABLE
   * where all is done and the letter cannot be dropped
   */
  retry(letter: DeadLetter, options?: RetryOptions): Promise<RetryEnd>
  /**
   * Refuses what is new from outside and resolves when nothing is in flight, or when `graceful_timeout_seconds` have passed.
   *
   * @returns whether all work was finished in time
   */
  drain(): Promise<boolean>
  /** Drains, then closes everything in the reverse order of its start. May be called at any time and more than once. */
  stop(): Promise<StopMode>
  /**
   * Stops at once, also in the middle of a stop: what is in flight fails with SHUTTING_DOWN, worker processes are killed, and
   * what is open in this process is closed. Resolves when that is done.
   */
  kill(): Promise<void>
  /** What has been counted since the start. @throws MillraceError BOOT_NOT_READY before it */
  counters(): RuntimeCounters
  /** How the application fares: every worker is asked. What one cannot say within a second is left out. */
  snapshot(): Promise<RuntimeSnapshot>
  /** What all processes have counted, as it is now. What a worker does not say within a second is as it said last. */
  metrics(): Promise<MetricSamples>
  /**
   * The spans of one trace that any process still has, in the order of their start; none where the configuration keeps none.
   *
   * @param traceId 32 hex digits
   */
  trace(traceId: string): Promise<readonly SpanRecord[]>
  /** A link that opens the live page once. @throws MillraceError CONTROL_UNAVAILABLE where the configuration has none */
  consoleLink(): string
  /**
   * Replaces the workers of a group while they work, one after the other: what is accepted is finished, by the old process or by
   * the new one.
   *
   * @returns the workers of the group, each in a new process
   * @throws MillraceError PLACEMENT_UNKNOWN_GROUP, STATE_WOULD_BE_LOST, CONFIG_INVALID where it cannot be done; BOOT_START_FAILED,
   * BOOT_NOT_READY when a new process does not start: the old one goes on then
   */
  reload(group: string): Promise<readonly WorkerSnapshot[]>
  /** The worker processes as they are now; none where everything runs in this process. */
  workers(): readonly WorkerSnapshot[]
}
