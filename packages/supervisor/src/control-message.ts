/**
 * What a supervisor and a worker say to each other over the channel that the worker inherits.
 *
 *   worker → supervisor   hello                 its main module runs
 *   supervisor → worker   bundle                once: what the worker is made of, its keys among it
 *   worker → supervisor   discovered            its application is loaded and listens
 *   supervisor → worker   endpoints(version)    to everybody, whenever the table has changed
 *   worker → supervisor   ready                 services are started, links are open
 *   supervisor → worker   start                 everybody is ready
 *   worker → supervisor   running
 *   supervisor → worker   drain, or retire where another has its slot; stop, or vacate where the others go on
 *   worker → supervisor   drained, stopped
 *
 * Beside these: ask → answer | refusal, waits → waiting, event, tell, memory, and failed, which ends a start.
 *
 * 1. Every message names its kind under `millrace`. What has no such key is somebody else's and is ignored: libraries send
 *    over the channel too.
 * 2. What a worker sends is judged before it is believed.
 * 3. Heartbeats do not come this way: a blocked event loop cannot send. They have a pipe of their own.
 */
import {
  type EndpointTable,
  type ErrorReport,
  type EventLevel,
  type EventName,
  eventList,
  type Facts,
  isErrorCode,
  type StopMode,
} from '@millrace/contracts'

/** What a supervisor says to a worker. */
export type ToWorker =
  | { readonly millrace: 'bundle'; readonly bundle: unknown; readonly beatMs: number; readonly measureMs?: number }
  | { readonly millrace: 'endpoints'; readonly table: EndpointTable }
  | { readonly millrace: 'start' | 'drain' | 'retire' | 'vacate' | 'stop' | 'waits' }
  | { readonly millrace: 'ask'; readonly id: number; readonly question: string; readonly facts: unknown }

/** What a worker says to its supervisor. */
export type FromWorker =
  | { readonly millrace: 'hello' | 'ready' | 'running' }
  | { readonly millrace: 'discovered'; readonly address: string }
  | { readonly millrace: 'waiting'; readonly for: readonly string[] }
  | { readonly millrace: 'memory'; readonly rssBytes: number }
  | { readonly millrace: 'failed'; readonly report: ErrorReport }
  | { readonly millrace: 'drained'; readonly complete: boolean }
  | { readonly millrace: 'stopped'; readonly mode: StopMode }
  | { readonly millrace: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly millrace: 'refusal'; readonly id: number; readonly report: ErrorReport }
  | { readonly millrace: 'event'; readonly name: EventName; readonly level: EventLevel; readonly facts: Facts }
  | { readonly millrace: 'tell'; readonly subject: string; readonly facts: unknown }

/** Reads what a worker has sent. @returns undefined for what is not a message of this protocol, or is malformed */
export function messageFromWorker(received: unknown): FromWorker | undefined {
  if (!isRecord(received)) return undefined
  const kind = received.millrace
  const isWellFormed = typeof kind === 'string' && Object.hasOwn(wellFormed, kind) && wellFormed[kind]?.(received)
  return isWellFormed ? (received as FromWorker) : undefined // its shape has just been judged
}

/** Reads what a supervisor has sent: the same code, so only the kind is looked at. */
export function messageToWorker(received: unknown): ToWorker | undefined {
  return isRecord(received) && typeof received.millrace === 'string' ? (received as ToWorker) : undefined // by its own supervisor
}

type Fields = Readonly<Record<string, unknown>>

const levels: readonly unknown[] = ['debug', 'info', 'warn', 'error']
const always = (): boolean => true

const wellFormed: Readonly<Record<string, ((fields: Fields) => boolean) | undefined>> = {
  hello: always,
  ready: always,
  running: always,
  discovered: ({ address }) => typeof address === 'string',
  waiting: (fields) => Array.isArray(fields.for) && fields.for.every((item) => typeof item === 'string'),
  memory: ({ rssBytes }) => typeof rssBytes === 'number' && rssBytes >= 0,
  failed: ({ report }) => isReport(report),
  drained: ({ complete }) => typeof complete === 'boolean',
  stopped: ({ mode }) => mode === 'graceful' || mode === 'forced',
  answer: ({ id }) => typeof id === 'number',
  refusal: ({ id, report }) => typeof id === 'number' && isReport(report),
  event: ({ name, level, facts }) =>
    typeof name === 'string' && Object.hasOwn(eventList, name) && levels.includes(level) && isRecord(facts),
  tell: ({ subject }) => typeof subject === 'string',
}

function isReport(report: unknown): boolean {
  return isRecord(report) && isErrorCode(report.code) && typeof report.message === 'string' && isRecord(report.facts)
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}
