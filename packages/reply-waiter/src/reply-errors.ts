import { type Facts, MillraceError } from '@millrace/contracts'

/** What waits: the caller of a request, or the reader of a stream. */
export type WaiterKind = 'request' | 'stream'

/** The deadline of a request has passed, or a stream has made no progress for so long. */
export function timedOut(kind: WaiterKind, timeoutMs: number, group: string | undefined): MillraceError {
  const from = group === undefined ? '' : ` from group ${group}`
  const what =
    kind === 'request'
      ? `no reply came${from} within ${timeoutMs} ms; allow more time, or see what its handlers wait for`
      : `the stream${from} made no progress for ${timeoutMs} ms; read faster, allow more time, or see what its handlers wait for`
  return new MillraceError('REPLY_TIMEOUT', what, { facts: { timeoutMs, ...groupFact(group) } })
}

/**
 * The caller does not want the reply any more. Its reason is the error's `cause`, for the caller alone: it is not in the
 * message, the facts or the JSON, and printing the error does not show it either.
 */
export function cancelled(kind: WaiterKind, reason: unknown, group: string | undefined): MillraceError {
  const error = new MillraceError(
    'REPLY_CANCELLED',
    `the ${kind} was cancelled by its caller; the reason is its cause`,
    {
      facts: groupFact(group),
    },
  )
  // Node's inspect shows the value of a cause, but of a getter only that there is one.
  Object.defineProperty(error, 'cause', { get: () => reason, configurable: true })
  return error
}

/** All work of a request has ended and none of it replied. */
export function missing(group: string | undefined): MillraceError {
  return new MillraceError(
    'REPLY_MISSING',
    'all work of the request has ended and none of it replied; see that some handler on every way emits the reply type',
    { facts: groupFact(group) },
  )
}

/** The group as a fact, where it is known. */
export function groupFact(group: string | undefined): Facts {
  return group === undefined ? {} : { group }
}
