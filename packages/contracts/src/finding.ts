import type { ErrorCode } from './error-codes.js'
import { MillraceError } from './millrace-error.js'

/** Where something stands in the configuration, as keys and list indices: `['runtime', 'platform', 'process_groups', 0]`. */
export type ConfigPath = readonly (string | number)[]

/** One thing that preflight found wrong. */
export interface Finding {
  readonly code: ErrorCode
  /** What is wrong, why, and what to do about it; without the code. */
  readonly message: string
  /** The key to change, where one key is to blame. */
  readonly path?: ConfigPath
}

/**
 * Makes one error of several findings: it has the code of the first and lists all, in its message and as `facts.findings`.
 *
 * @param what what was looked at, such as 'the placement'
 * @param cause what was thrown below, where something was
 * @throws RangeError without findings, which would be an error about nothing
 */
export function findingsError(what: string, findings: readonly Finding[], cause?: unknown): MillraceError {
  const [first] = findings
  if (first === undefined) throw new RangeError(`There is no finding about ${what} to make an error of`)
  const lines = findings.map(({ code, message }) => `${code}: ${message}`)
  const all = `${what} has ${findings.length} problems\n${lines.map((line) => `  ${line}`).join('\n')}`
  return new MillraceError(first.code, findings.length === 1 ? first.message : all, {
    facts: { findings: lines },
    cause,
  })
}
