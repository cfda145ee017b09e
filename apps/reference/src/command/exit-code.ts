import { type ErrorCode, isMillraceError } from '@millrace/contracts'

const preflight = /^(CONFIG|PACKAGE|DI|GRAPH|PLACEMENT)_|^STATE_WOULD_BE_LOST$/
const start = /^BOOT_(?!STOP_TIMEOUT)/
const workers = /^WORKER_/

/** The exit code of a run that ended by an error: 1 failed, 2 configuration or preflight, 3 start, 4 worker, 5 forced stop. */
export function exitCodeOf(error: unknown): number {
  const code: ErrorCode | '' = isMillraceError(error) ? error.code : ''
  if (preflight.test(code)) return 2
  if (start.test(code)) return 3
  if (workers.test(code)) return 4
  return code === 'BOOT_STOP_TIMEOUT' ? 5 : 1
}

/** The exit code of a batch run that a signal has ended. */
export const signalExitCodes = { SIGINT: 130, SIGTERM: 143 } as const

/** The exit code of a run that a second signal has ended before it had drained. */
export const forcedExitCode = 5
