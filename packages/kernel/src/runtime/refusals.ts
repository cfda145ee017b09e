/** Why a runtime refuses what it is asked for. */
import { MillraceError } from '@millrace/contracts'

/** It has not come to the point where it takes anything. */
export function notStarted(): MillraceError {
  return new MillraceError('BOOT_NOT_READY', 'the runtime is not started yet; await start() first')
}

/** It drains, stops or has stopped. */
export function takesNothingNew(): MillraceError {
  return new MillraceError('SHUTTING_DOWN', 'the runtime accepts nothing new')
}

/** It has no source, so that a run of it would have no end. */
export function nothingToRun(): MillraceError {
  return new MillraceError(
    'CONFIG_INVALID',
    'there is nothing to run to its end: no source is active; configure one under adapters',
  )
}
