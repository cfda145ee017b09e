import { isMillraceError, MillraceError } from '@millrace/contracts'
import type { Slot } from './slot.js'

/** Why nothing has started. A worker that was not ready in time says so itself. */
export function startFailed(thrown: unknown): MillraceError {
  if (!isMillraceError(thrown)) {
    return new MillraceError('BOOT_START_FAILED', 'the workers could not be spawned; see the cause', { cause: thrown })
  }
  if (thrown.code === 'BOOT_NOT_READY' || thrown.code === 'BOOT_START_FAILED') return thrown
  const { code, message, facts } = thrown
  const who = typeof facts.worker === 'string' ? facts.worker : 'a worker'
  return new MillraceError('BOOT_START_FAILED', `nothing has run, because ${who} did not start: ${message}`, {
    facts: { ...facts, code, reason: message },
    cause: thrown,
  })
}

/** Why supervision ends: a worker failed more often than its policy allows. */
export function restartsExhausted({ id, settings }: Slot, restarts: number, last: MillraceError): MillraceError {
  const { group, restart } = settings
  return new MillraceError(
    'WORKER_RESTARTS_EXHAUSTED',
    `${id} failed again after ${restarts} restarts within ${restart.periodMs} ms, and everything is stopped; the last time: ${last.message}`,
    {
      facts: { group, worker: id, restarts, periodMs: restart.periodMs, code: last.code, reason: last.message },
      cause: last,
    },
  )
}

/** Why a worker was not replaced while it works. */
export function notReplaced(thrown: unknown): MillraceError {
  const { code, message, facts } = MillraceError.from(
    thrown,
    'BOOT_START_FAILED',
    'the replacement could not be spawned',
  )
  if (code === 'BOOT_NOT_READY')
    return new MillraceError(code, message.slice(code.length + 2), { facts, cause: thrown })
  return new MillraceError('BOOT_START_FAILED', `the worker is not replaced: ${message}`, {
    facts: { ...facts, code },
    cause: thrown,
  })
}

/** Why a start ends that was overtaken by a stop. */
export function stoppedWhileStarting(): MillraceError {
  return new MillraceError(
    'BOOT_START_FAILED',
    'nothing has run, because everything was stopped before it had started',
    {
      facts: { code: 'SHUTTING_DOWN' },
    },
  )
}
