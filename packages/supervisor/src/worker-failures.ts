import { type Facts, MillraceError } from '@millrace/contracts'
import type { ProcessExit } from './spawned-worker.js'
import type { StallCause } from './stall-watch.js'

/** What names a worker in every failure of it: group, worker, incarnation. */
export type WorkerFacts = Facts & { readonly group: string; readonly worker: string }

/** A worker that ended unasked, or could not even be spawned. */
export function workerCrashed(facts: WorkerFacts, exit: ProcessExit): MillraceError {
  if (exit.notSpawned !== undefined) return notSpawned(facts, exit.notSpawned)
  const end = exit.signal === null ? `exit code ${exit.exitCode}` : `signal ${exit.signal}`
  return new MillraceError(
    'WORKER_CRASHED',
    `${facts.worker} ended unasked with ${end}; what it wrote to its standard error says more`,
    { facts: { ...facts, ...exitFacts(exit) } },
  )
}

/** A worker that gave no sign of life. */
export function workerStalled(facts: WorkerFacts, cause: StallCause, stallTimeoutMs: number): MillraceError {
  const what = cause === 'silent' ? 'was not heard' : 'had a blocked event loop'
  return new MillraceError(
    'WORKER_STALLED',
    `${facts.worker} ${what} for ${stallTimeoutMs} ms and is killed; find what blocks it, or allow more with stall_timeout_seconds`,
    { facts: { ...facts, cause, stallTimeoutMs } },
  )
}

/** A worker that was not ready in time. */
export function workerNotReady(facts: WorkerFacts, timeoutMs: number, waitsFor: readonly string[]): MillraceError {
  return new MillraceError(
    'BOOT_NOT_READY',
    `${facts.worker} was not ready within ${timeoutMs} ms; it still waited for: ${waitsFor.join(', ')}`,
    { facts: { ...facts, timeoutMs, waitsFor } },
  )
}

/** A worker whose supervisor was asked for its bundle a second time. */
export function bundlePublishedTwice(facts: WorkerFacts): MillraceError {
  return new MillraceError(
    'BOOT_CHANNEL_USED',
    `${facts.worker} asked for its bundle again, which is published once; the worker is ended`,
    { facts },
  )
}

/** A worker that was told to stop before it had become ready, or after it had been given up. */
export function workerStopping(facts: WorkerFacts): MillraceError {
  return new MillraceError('SHUTTING_DOWN', `${facts.worker} is being stopped`, { facts })
}

/** A slot that has no worker which could be asked. */
export function noWorker(worker: string): MillraceError {
  return new MillraceError(
    'BOOT_NOT_READY',
    `${worker} cannot be asked, because no worker is loaded in it now; ask again when it runs`,
    { facts: { worker } },
  )
}

/** A worker whose bundle cannot be sent: its metadata hold something else than JSON carries. */
export function bundleNotSendable(facts: WorkerFacts, cause: unknown): MillraceError {
  return new MillraceError(
    'BOOT_BUNDLE_INVALID',
    `the bundle of ${facts.worker} cannot be sent, because its metadata hold something that is not plain JSON`,
    { facts, cause },
  )
}

/** Of an exit that which there is. */
export function exitFacts({ exitCode, signal }: ProcessExit): Facts {
  if (signal !== null) return { signal }
  return exitCode === null ? {} : { exitCode }
}

function notSpawned(facts: WorkerFacts, cause: Error): MillraceError {
  return new MillraceError('WORKER_CRASHED', `${facts.worker} could not be spawned: ${cause.message}`, { facts, cause })
}
