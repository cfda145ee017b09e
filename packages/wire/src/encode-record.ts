import {
  type AckRecord,
  type CancelRecord,
  type EnvelopeRecord,
  type FailRecord,
  JsonText,
  type LinkRecord,
  type MarkRecord,
  MillraceError,
  type Position,
} from '@millrace/contracts'
import { type ByteWriter, textRoom, varintRoom } from './byte-writer.js'
import { envelopeFlags, recordKinds } from './record-layout.js'

/** What of a record has to be serialised before its room is known: the text of JSON, or bytes as they are. */
export type RecordBody = string | Uint8Array

/**
 * Serialises the part of a record that is JSON: the payload of an envelope, the facts of a failure.
 *
 * @throws MillraceError PAYLOAD_INVALID when JSON cannot carry it
 */
export function bodyOf(record: LinkRecord): RecordBody {
  if (record.kind === 'envelope') return payloadBody(record.payload)
  return record.kind === 'fail' ? jsonOf(record.facts) : ''
}

/** The most bytes that a record can take; it is exact about a large body. */
export function roomFor(record: LinkRecord, body: RecordBody): number {
  const rest = bodyRoom(body) + 2 + 4
  switch (record.kind) {
    case 'envelope':
      return (
        rest +
        (3 + record.position.length) * varintRoom +
        8 +
        textRoom(record.root) +
        (record.domain === undefined ? 0 : textRoom(record.domain)) +
        (record.trace === undefined ? 0 : textRoom(record.trace))
      )
    case 'ack':
      return rest + (1 + 2 * record.ranges.length) * varintRoom
    case 'fail':
    case 'cancel':
      return rest + textRoom(record.root) + textRoom(record.code)
    case 'mark':
      return rest + (2 + record.position.length) * varintRoom + textRoom(record.domain)
  }
}

/**
 * Writes a record where there is room for it.
 *
 * @throws RangeError when a number of it is none that a record can have
 */
export function encodeRecord(out: ByteWriter, record: LinkRecord, body: RecordBody): void {
  switch (record.kind) {
    case 'envelope':
      return encodeEnvelope(out, record, body)
    case 'ack':
      return encodeAck(out, record)
    case 'fail':
      return encodeFail(out, record, body)
    case 'cancel':
      return encodeCancel(out, record)
    case 'mark':
      return encodeMark(out, record)
  }
}

function encodeEnvelope(out: ByteWriter, record: EnvelopeRecord, body: RecordBody): void {
  const { ticket, domain, remainingMs, trace } = record
  out.u8(recordKinds.envelope)
  out.u8(
    (ticket === undefined ? 0 : envelopeFlags.ticket) |
      (domain === undefined ? 0 : envelopeFlags.domain) |
      (remainingMs === undefined ? 0 : envelopeFlags.remaining) |
      (trace === undefined ? 0 : envelopeFlags.trace) |
      (typeof body === 'string' ? 0 : envelopeFlags.bytes),
  )
  if (ticket !== undefined) out.varint(ticket)
  out.varint(record.edge)
  if (domain !== undefined) out.text(domain)
  encodePosition(out, record.position)
  out.text(record.root)
  if (remainingMs !== undefined) out.f64(finite(remainingMs))
  if (trace !== undefined) out.text(trace)
  if (typeof body === 'string') out.longText(body)
  else out.longBytes(body)
}

function encodeAck(out: ByteWriter, { ranges }: AckRecord): void {
  out.u8(recordKinds.ack)
  out.varint(ranges.length)
  for (const [first, last] of ranges) {
    out.varint(first)
    out.varint(last - first)
  }
}

function encodeFail(out: ByteWriter, { root, code }: FailRecord, body: RecordBody): void {
  out.u8(recordKinds.fail)
  out.text(root)
  out.text(code)
  if (typeof body === 'string') out.longText(body)
}

function encodeCancel(out: ByteWriter, { root, code }: CancelRecord): void {
  out.u8(recordKinds.cancel)
  out.text(root)
  out.text(code)
}

function encodeMark(out: ByteWriter, { edge, domain, position }: MarkRecord): void {
  out.u8(recordKinds.mark)
  out.varint(edge + 1)
  out.text(domain)
  encodePosition(out, position)
}

function encodePosition(out: ByteWriter, position: Position): void {
  out.varint(position.length)
  for (let index = 0; index < position.length; index++) out.varint(position[index] ?? 0)
}

/** What remains of a deadline that has passed is nothing. */
function finite(remainingMs: number): number {
  if (!Number.isFinite(remainingMs))
    throw new RangeError(`${remainingMs} ms cannot be sent as what remains of a deadline`)
  return Math.max(0, remainingMs)
}

/** From here on it is cheaper to measure a text than to make room for three bytes a letter. */
const largeText = 16_384

function bodyRoom(body: RecordBody): number {
  if (typeof body !== 'string') return body.length
  return body.length < largeText ? 3 * body.length : Buffer.byteLength(body)
}

function payloadBody(payload: unknown): RecordBody {
  if (payload instanceof Uint8Array) return payload
  return payload instanceof JsonText ? payload.text : jsonOf(payload)
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
