import type { ErrorReport, EventEmitter, EventName, Facts, MillraceError, WorkerBundle } from '@millrace/contracts'
import type { FromWorker } from './control-message.js'
import { errorOf } from './error-report.js'
import type { WorkerFacts } from './worker-failures.js'

/** What is said of one process, and by it, always under its name. */
export interface WorkerEvents {
  /** Names the process in a failure. */
  readonly facts: WorkerFacts
  emit(name: EventName, facts?: Facts): void
  /** Emits again what the worker has emitted. */
  repeat(event: FromWorker & { readonly millrace: 'event' }): void
  /** The failure that the worker reports of itself. No secret that this side knows is in it either. */
  failureOf(report: ErrorReport): MillraceError
}

/** @param pidOf undefined as long as there is none */
export function createWorkerEvents(
  { slot, group, incarnation }: WorkerBundle,
  events: EventEmitter,
  pidOf: () => number | undefined,
): WorkerEvents {
  const facts = { group, worker: slot, incarnation }
  return {
    facts,
    emit(name, more) {
      const pid = pidOf()
      events.emit(name, { ...more, ...facts, ...(pid === undefined ? {} : { pid }) })
    },
    repeat: (event) => events.emit(event.name, { worker: slot, ...event.facts }, event.level),
    failureOf: ({ code, message, facts: reported }) =>
      errorOf({ code, message: events.redactor.text(message), facts: { ...reported, ...facts } }),
  }
}
