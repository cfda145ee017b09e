import { JsonText, type LinkRecord, MillraceError } from '@millrace/contracts'
import { textRoom, varintRoom } from './byte-writer.js'

/**
 * Serialises what a record adds to the JSON array of its batch: the payload of an envelope, the facts of a failure.
 *
 * @returns an empty text when it adds nothing
 * @throws MillraceError PAYLOAD_INVALID when JSON cannot carry it
 */
export function sharedJsonOf(record: LinkRecord): string {
  if (record.kind === 'envelope') return sharedPayload(record.payload)
  return record.kind === 'fail' ? jsonOf(record.facts) : ''
}

/** The most bytes that a record can take, without what it adds to the JSON array. It is exact about a large payload. */
export function roomFor(record: LinkRecord, json: string): number {
  const rest = 2
  switch (record.kind) {
    case 'envelope':
      return (
        rest +
        (json.length === 0 ? inlineRoom(record.payload) : 0) +
        (4 + record.position.length) * varintRoom +
        8 +
        textRoom(record.origin) +
        (record.domain === undefined ? 0 : textRoom(record.domain)) +
        (record.trace === undefined ? 0 : textRoom(record.trace))
      )
    case 'ack':
      return rest + (1 + 2 * record.ranges.length) * varintRoom
    case 'fail':
    case 'cancel':
      return rest + varintRoom + textRoom(record.origin) + textRoom(record.code)
    case 'mark':
      return rest + (2 + record.position.length) * varintRoom + textRoom(record.domain)
  }
}

/** A short text that is JSON already shares too, unless nobody is to read it: one array of many is parsed sooner than each of them. */
function sharedPayload(payload: unknown): string {
  if (payload instanceof JsonText) return payload.text.length < inlineText && !payload.unread ? payload.text : ''
  return payload instanceof Uint8Array ? '' : jsonOf(payload)
}

function inlineRoom(payload: unknown): number {
  if (payload instanceof Uint8Array) return payload.length + 4
  return payload instanceof JsonText ? jsonRoom(payload.text) + 4 : 0
}

/** From here on a text that is JSON already stands in its record, so that it is not copied once more. */
const inlineText = 512

/** From here on it is cheaper to measure a text than to make room for three bytes a letter. */
const largeText = 16_384

/** The most bytes that a text can take. */
function jsonRoom(text: string): number {
  return text.length < largeText ? 3 * text.length : Buffer.byteLength(text)
}

function jsonOf(value: unknown): string {
  try {
    const json: string | undefined = JSON.stringify(value) // typed as never undefined, which is not so
    if (json !== undefined) return json
  } catch (error) {
    throw notJson(error)
  }
  throw notJson(undefined)
}

function notJson(cause: unknown): MillraceError {
  return new MillraceError(
    'PAYLOAD_INVALID',
    'a payload cannot be sent, because JSON cannot carry it; send objects, lists, strings, numbers, booleans and null, or bytes',
    { cause },
  )
}
