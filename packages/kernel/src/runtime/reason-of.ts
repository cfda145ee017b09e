import type { MillraceError } from '@millrace/contracts'

/** What was thrown, in its own words: for the operator, who may see it, and for nobody outside. */
export function reasonOf({ message, cause }: MillraceError): string {
  return cause instanceof Error && typeof cause.message === 'string' ? cause.message : message
}
