import type { IncomingMessage } from 'node:http'
import type { Refusal } from './answers.js'

/**
 * What is wrong with a request before anybody asks who sent it; undefined for nothing.
 *
 * A page that another site shows cannot get here under a name of that site (host), nor as a page of that site (origin).
 *
 * @param port that the console listens on
 * @see https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Fetch-Site
 */
export function refusalOf(
  { method, url = '', headers }: IncomingMessage,
  port: number,
  maxUrlBytes: number,
): Refusal | undefined {
  const { host = '', origin } = headers
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`)
    return { status: 421, says: 'The live page is on 127.0.0.1 only, and answers to no other name.' }
  if (origin !== undefined && origin !== `http://${host}`) return foreign
  if (!ownSites.has(String(headers['sec-fetch-site'] ?? 'none'))) return foreign
  if (/prefetch|prerender/.test(String(headers['sec-purpose'] ?? headers.purpose ?? '')))
    return { status: 403, says: 'The live page is not loaded in advance: a link would be used up by it.' }
  if (method !== 'GET') return { status: 405, says: 'The live page only shows; there is nothing to send to it.' }
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0)
    return { status: 413, says: 'Nothing is read from a request to the live page.' }
  if (!url.startsWith('/')) return { status: 400, says: 'This is no proxy.' }
  if (url.length > maxUrlBytes) return { status: 414, says: 'The address is too long.' }
  return undefined
}

const ownSites: ReadonlySet<string> = new Set(['none', 'same-origin'])

const foreign: Refusal = {
  status: 403,
  says: 'The live page cannot be opened or read from another page: paste its link into the address bar.',
}
