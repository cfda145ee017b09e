import { textOf } from './answer.js'
import { parseJson } from './json-body.js'
import { problemOf, refusal } from './problem.js'
import type { Place } from './statuses.js'

/** The name of a question, which the client chooses. */
export type Id = string | number

/** What a client sends: one of the three beside the id. */
export interface ClientMessage {
  readonly id: Id
  readonly request: unknown
  readonly stream: unknown
  readonly cancel: unknown
}

/** Longer ids are refused. */
const longestId = 128

/** Reads a message of a client. @throws MillraceError PAYLOAD_INVALID */
export function readMessage(bytes: Uint8Array): ClientMessage {
  const value = parseJson(bytes)
  const { id, request, stream, cancel } = isRecord(value) ? value : {}
  if (!isId(id))
    throw refusal(
      'PAYLOAD_INVALID',
      `a message is an object with an id: a number up to 2^53 - 1, or at most ${longestId} letters`,
    )
  if ([request, stream, cancel].filter((part) => part !== undefined).length !== 1)
    throw refusal('PAYLOAD_INVALID', 'a message holds one of request, stream and cancel')
  if (cancel !== undefined && cancel !== true) throw refusal('PAYLOAD_INVALID', 'cancel is true, or left out')
  return { id, request, stream, cancel }
}

/** A larger number would come back as another one, and its client would wait for ever. */
function isId(id: unknown): id is Id {
  return typeof id === 'number'
    ? Math.abs(id) <= Number.MAX_SAFE_INTEGER
    : typeof id === 'string' && id.length <= longestId
}

/** A reply, as the client gets it. */
export function replyFrame(id: Id, reply: unknown): string {
  return `{"id":${JSON.stringify(id)},"reply":${textOf(reply)}}`
}

/** Tells that a stream is whole. */
export function endFrame(id: Id): string {
  return `{"id":${JSON.stringify(id)},"end":true}`
}

/** @param id undefined where the message had none that could be read */
export function errorFrame(id: Id | undefined, error: unknown, place: Place): string {
  return JSON.stringify({ ...(id === undefined ? {} : { id }), error: problemOf(error, place) })
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
