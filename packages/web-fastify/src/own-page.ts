/**
 * Whether the page that asks may. Programs say no origin, and pages of another one may where `cors` names it.
 *
 * A browser itself asks before a page of another origin sends JSON, or anything by PUT, PATCH or DELETE. What a form can send, and
 * what has no body, it sends at once, and only keeps the answer from the page: by then a handler has run.
 *
 * @see https://fetch.spec.whatwg.org/#cors-safelisted-request-header
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-10.2
 */
import type { IncomingHttpHeaders } from 'node:http'

const ofForms = /^\s*(?:text\/plain|application\/x-www-form-urlencoded|multipart\/form-data)\s*(?:;|$)/i

/** Whether a browser would send this for a page of any origin without asking first. */
export function isSentUnasked(method: string, headers: IncomingHttpHeaders): boolean {
  if (method !== 'POST' || headers.origin === undefined) return false
  const type = headers['content-type']
  return type === undefined || type.trim() === '' || ofForms.test(type)
}

/** Whether a request is of no page, or of one that may ask. @param host what the page's own address would have */
export function isOfOwnPage(
  headers: IncomingHttpHeaders,
  host: string | undefined,
  origins: readonly string[],
): boolean {
  const { origin } = headers
  if (origin === undefined || origins.includes('*') || origins.includes(origin)) return true
  // A form of a page without a referrer has the origin `null`, also on its own server.
  if (headers['sec-fetch-site'] === 'same-origin') return true
  return URL.canParse(origin) && new URL(origin).host === host
}
