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
  const known = typeof id === 'number' || (typeof id === 'string' && id.length <= longestId)
  if (!known)
    throw refusal('PAYLOAD_INVALID', `a message is an object with an id: a number, or at most ${longestId} letters`)
  if ([request, stream, cancel].filter((part) => part !== undefined).length !== 1)
    throw refusal('PAYLOAD_INVALID', 'a message holds one of request, stream and cancel')
  return { id, request, stream, cancel }
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
