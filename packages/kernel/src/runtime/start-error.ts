import { MillraceError } from '@millrace/contracts'

/** What kept a runtime from starting: an error of the start itself as it is, anything else under BOOT_START_FAILED. */
export function startError(thrown: unknown): MillraceError {
  const error = MillraceError.from(
    thrown,
    'BOOT_START_FAILED',
    `nothing has run: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
  )
  if (error.code === 'BOOT_START_FAILED' || error.code === 'BOOT_NOT_READY') return error
  return new MillraceError('BOOT_START_FAILED', `nothing has run: ${error.message}`, {
    cause: error,
    facts: { ...error.facts, code: error.code },
  })
}
