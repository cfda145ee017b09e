import type { ErrorCode } from '@millrace/contracts'

/** What a request is answered with that is refused before anything of it has entered the graph. */
const refusals: Partial<Readonly<Record<ErrorCode, number>>> = {
  PAYLOAD_INVALID: 400,
  PAYLOAD_TOO_LARGE: 413,
}

/** What a request is answered with that fails, wherever it does. A code that is not here is the server's own failure. */
const failures: Partial<Readonly<Record<ErrorCode, number>>> = {
  WEB_UNAUTHENTICATED: 401,
  WEB_FORBIDDEN: 403,
  WEB_NOT_FOUND: 404,
  WEB_METHOD_NOT_ALLOWED: 405,
  WEB_NOT_ACCEPTABLE: 406,
  WEB_BODY_TIMEOUT: 408,
  WEB_REQUEST_IN_FLIGHT: 409,
  WEB_MEDIA_TYPE_UNSUPPORTED: 415,
  WEB_RATE_LIMITED: 429,
  WEB_HEADERS_TOO_LARGE: 431,
  WORKER_CRASHED: 502,
  WORKER_STALLED: 502,
  HANDOFF_TRANSPORT: 502,
  OVERLOADED: 503,
  SHUTTING_DOWN: 503,
  BOOT_NOT_READY: 503,
  BACKEND_UNAVAILABLE: 503,
  REPLY_TIMEOUT: 504,
  HANDOFF_TIMEOUT: 504,
}

/** Where something went wrong: before anything entered the graph, or in it. */
export type Place = 'refused' | 'failed'

/** The HTTP status of a code. */
export function statusOf(code: ErrorCode, place: Place): number {
  return (place === 'refused' ? refusals[code] : undefined) ?? failures[code] ?? 500
}

/** Every status that an interface may answer beside 200. */
export const errorStatuses: readonly number[] = [
  ...new Set([...Object.values(refusals), ...Object.values(failures), 500]),
].sort((one, other) => one - other)
