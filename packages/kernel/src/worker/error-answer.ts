import { type ErrorReport, isErrorCode, MillraceError } from '@millrace/contracts'
import { factsThatLeave } from '../mesh/facts-that-leave.js'
import { reasonOf } from '../runtime/reason-of.js'

/** An error on its way to the supervising process: what was thrown goes along as text, for the operator alone. */
export interface ErrorAnswer extends ErrorReport {
  readonly reason: string
}

/** Makes an error plain. */
export function errorAnswer(thrown: unknown): ErrorAnswer {
  const error = MillraceError.from(thrown, 'NODE_FAILED', 'the worker failed')
  return { ...error.toJSON(), facts: factsThatLeave(error), reason: reasonOf(error) }
}

/** The error that a worker has told of. */
export function answeredError(told: unknown): MillraceError {
  const { code, message, facts, reason } = told as ErrorAnswer // a worker of the same version said it
  const known = isErrorCode(code) ? code : 'NODE_FAILED'
  return new MillraceError(known, message.slice(known.length + 2), { facts, cause: new Error(reason) })
}
