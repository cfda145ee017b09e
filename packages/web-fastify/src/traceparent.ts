import { readTraceparent, writeTraceparent } from '@millrace/contracts'

/** The trace that a request belongs to. */
export interface Trace {
  /** W3C trace id, 32 hex digits. */
  readonly id: string
  /** The `traceparent` that the client sent; undefined where there is none, or a malformed one, which W3C says to ignore. */
  readonly parent: string | undefined
}

/**
 * The trace of a request: that of its `traceparent` header, or a new one.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function traceOf(header: string | readonly string[] | undefined, newId: () => string): Trace {
  const parent = typeof header === 'string' ? readTraceparent(header) : undefined
  return parent === undefined ? { id: newId(), parent: undefined } : { id: parent.traceId, parent: String(header) }
}

/** The header that tells a client, or a proxy, which trace its request was. @param random 16 hex digits or more */
export function answeredTraceparent({ id, parent }: Trace, random: string): string {
  const sampled = parent !== undefined && readTraceparent(parent)?.sampled === true
  return writeTraceparent({ traceId: id, spanId: random.slice(0, 16) }, sampled)
}
