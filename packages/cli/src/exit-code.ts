import { type ErrorCode, isMillraceError } from '@millrace/contracts'
import type { StopSignal } from './io.js'

/** Every exit code of `millrace`, by its meaning. */
export const exitCodes = {
  /** A run that came to its end, or a service that drained on SIGTERM. */
  done: 0,
  failed: 1,
  /** The command line, the configuration or preflight. */
  refused: 2,
  startFailed: 3,
  workerFailed: 4,
  stopForced: 5,
} as const

/** The exit codes of runs that a signal has ended: 128 and the number of the signal. */
export const signalExitCodes: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 }

const refused = /^(CONFIG|PACKAGE|DI|GRAPH|PLACEMENT)_|^(STATE_WOULD_BE_LOST|SEC_BIND_REFUSED|SEC_SECRET_INVALID)$/
const startFailed = /^BOOT_(?!STOP_TIMEOUT$)/
const workerFailed = /^WORKER_/

/** The exit code of a program that ends by this error; 1 for everything that is no `MillraceError`. */
export function exitCodeOf(error: unknown): number {
  if (!isMillraceError(error)) return exitCodes.failed
  const code: ErrorCode = error.code
  if (refused.test(code)) return exitCodes.refused
  if (startFailed.test(code)) return exitCodes.startFailed
  if (workerFailed.test(code)) return exitCodes.workerFailed
  return code === 'BOOT_STOP_TIMEOUT' ? exitCodes.stopForced : exitCodes.failed
}
