/**
 * The lines of a dead letter file.
 *
 *   {"id","at","node","code","reason","type","position","trace","payload"}   a letter
 *   {…,"retries","replaces"}                                                 one whose message was sent again and failed again
 *   {"dropped","at"}                                                         the letter of that id is dropped
 *
 * 1. An id is 16 hex digits. A letter without one has the first of the SHA-256 of its line.
 * 2. Two letters of one id are one letter.
 * 3. A letter that replaces another drops it: the message is in one letter at any time.
 * 4. Empty lines say nothing. What is none of these is left as it is.
 */
import { createHash } from 'node:crypto'

/** A message that its node could not handle. */
export interface DeadLetter {
  readonly id: string
  /** ISO 8601. */
  readonly at: string
  readonly node: string
  readonly code: string
  readonly reason: string
  readonly type: string
  readonly position: readonly number[]
  readonly trace: string
  /** How often the message was sent to its node again. */
  readonly retries: number
  /** As JSON carries it; bytes are `{"base64"}`. */
  readonly payload: unknown
}

/** What a line says. */
export type LetterLine =
  | { readonly kind: 'letter'; readonly letter: DeadLetter; readonly replaces: string | undefined }
  | { readonly kind: 'dropped'; readonly id: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unreadable' }

const idForm = /^[0-9a-f]{16}$/

/** Tells whether a text has the form of an id. */
export function isLetterId(text: unknown): text is string {
  return typeof text === 'string' && idForm.test(text)
}

/** The line that drops a letter, without its end. */
export function droppedLine(id: string, now: number): string {
  return JSON.stringify({ dropped: id, at: new Date(now).toISOString() })
}

/** The id of the letter that a line drops. */
export function droppedBy(said: LetterLine): string | undefined {
  if (said.kind === 'dropped') return said.id
  return said.kind === 'letter' ? said.replaces : undefined
}

/** Reads a line. */
export function readLetterLine(bytes: Buffer): LetterLine {
  const text = bytes.toString()
  if (text.trim() === '') return { kind: 'empty' }
  const said = parsed(text)
  if (isLetterId(said?.dropped)) return { kind: 'dropped', id: said.dropped }
  const { id, at, node, code, type } = said ?? {}
  if (typeof at !== 'string' || typeof node !== 'string' || typeof code !== 'string' || typeof type !== 'string')
    return { kind: 'unreadable' }
  const { reason, position, trace, retries, replaces, payload } = said ?? {}
  return {
    kind: 'letter',
    replaces: isLetterId(replaces) ? replaces : undefined,
    letter: {
      id: isLetterId(id) ? id : createHash('sha256').update(bytes).digest('hex').slice(0, 16),
      at,
      node,
      code,
      reason: typeof reason === 'string' ? reason : '',
      type,
      position: Array.isArray(position) ? position.filter((part) => typeof part === 'number') : [],
      trace: typeof trace === 'string' ? trace : '',
      retries: typeof retries === 'number' ? retries : 0,
      payload,
    },
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined // an object has fields
  } catch {
    return undefined
  }
}
