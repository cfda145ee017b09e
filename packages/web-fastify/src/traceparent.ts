const pattern = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:-.*)?$/

/** The trace that a request belongs to. */
export interface Trace {
  /** W3C trace id, 32 hex digits. */
  readonly id: string
  readonly flags: string
}

/**
 * Reads a `traceparent` header.
 *
 * @returns undefined where there is none, or a malformed one, which W3C says to ignore
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function readTraceparent(header: string | readonly string[] | undefined): Trace | undefined {
  if (typeof header !== 'string') return undefined
  const match = pattern.exec(header)
  return match === null ? undefined : { id: match[1] ?? '', flags: match[2] ?? '00' }
}

/** The header that tells a client, or a proxy, which trace its request was. @param random 32 hex digits */
export function writeTraceparent({ id, flags }: Trace, random: string): string {
  return `00-${id}-${random.slice(0, 16)}-${flags}`
}
