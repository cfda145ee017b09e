import { type ErrorCode, errorCodes, type Facts, isMillraceError, MillraceError } from '@millrace/contracts'
import { type Place, statusOf } from './statuses.js'

/** One thing that is wrong with a request. */
export interface ProblemEntry {
  /** Such as `lines[2].sku`; empty where the whole is meant. */
  readonly path: string
  /** What follows the path in a sentence: `must be text`. */
  readonly reason: string
}

/**
 * Problem details, as a client gets them. They say what the code means and nothing of what is inside: no message of an error,
 * no name of a worker, no stack.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ErrorCode
  readonly detail?: string
  readonly trace?: string
  /** What is wrong with the request, with 400. */
  readonly errors?: readonly ProblemEntry[]
}

/** Media type of problem details. */
export const problemType = 'application/problem+json'

/** How long a client should wait where nobody knows better, in seconds. */
const retrySeconds = 1

/**
 * Makes problem details of what was thrown.
 *
 * @param place whether it was refused at the door: only then is the client told what was wrong with what it sent
 */
export function problemOf(thrown: unknown, place: Place, trace?: string): Problem {
  const error = MillraceError.from(thrown, 'NODE_FAILED', 'a web request failed')
  const { code } = error
  const status = statusOf(code, place)
  const errors = status === 400 ? entriesOf(error) : []
  const detail = ownWords(error)
  return {
    type: `urn:millrace:error:${code}`,
    title: titleOf(code),
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
    ...(trace === undefined ? {} : { trace }),
    ...(errors.length === 0 ? {} : { errors }),
  }
}

/** What the code means; what its sentence says of facts and messages is for whoever gets these. */
function titleOf(code: ErrorCode): string {
  const [meaning = ''] = errorCodes[code].split(';')
  return meaning.endsWith('.') ? meaning : `${meaning}.`
}

/** Headers that go with a problem. A handler may have put anything into the facts: what is no value of a header stays out. */
export function problemHeaders({ status }: Problem, thrown: unknown): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  const facts = isMillraceError(thrown) ? thrown.facts : {}
  if (status === 503 || status === 429) headers['retry-after'] = String(secondsIn(facts) ?? retrySeconds)
  const methods = status === 405 ? methodsIn(facts) : []
  if (methods.length > 0) headers.allow = methods.join(', ')
  if (status === 401) headers['www-authenticate'] = 'Bearer'
  if (status === 415 && facts.accept_encoding === 'identity') headers['accept-encoding'] = 'identity'
  return headers
}

function secondsIn({ retry_after: wait }: Facts): number | undefined {
  if (typeof wait !== 'number' || wait < 0) return undefined
  const seconds = Math.ceil(wait)
  return Number.isSafeInteger(seconds) ? seconds : undefined
}

function methodsIn({ allow }: Facts): readonly string[] {
  return Array.isArray(allow) ? allow.filter((method) => /^[A-Z]+$/.test(method)) : []
}

/** What the web server itself says of a request may be read by whoever sent it. */
function ownWords({ code, message, facts }: MillraceError): string | undefined {
  if (facts.says !== true) return undefined
  return message.slice(code.length + 2)
}

function entriesOf({ facts }: MillraceError): readonly ProblemEntry[] {
  const { paths, mistakes } = facts
  if (!Array.isArray(paths) || !Array.isArray(mistakes)) return []
  return mistakes.map((mistake, index) => {
    const path = String(paths[index] ?? '')
    return { path, reason: mistake.slice((path === '' ? 'the whole' : path).length + 1) }
  })
}

/**
 * A refusal in the web server's own words, which the client may read.
 *
 * @param says what is wrong and what to do, without anything that the request holds
 */
export function refusal(
  code: ErrorCode,
  says: string,
  facts: Readonly<Record<string, string | number | readonly string[]>> = {},
): MillraceError {
  return new MillraceError(code, says, { facts: { ...facts, says: true } })
}
