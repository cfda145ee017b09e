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

/**
 * Serialises what a record adds to the JSON array of its batch: the payload of an envelope, the facts of a failure.
 *
 * @returns an empty text when it adds nothing
 * @throws MillraceError PAYLOAD_INVALID when JSON cannot carry it
 */
export function sharedJsonOf(record: LinkRecord): string {
  if (record.kind === 'envelope') return isInline(record.payload) ? '' : jsonOf(record.payload)
  return record.kind === 'fail' ? jsonOf(record.facts) : ''
}

/** The most bytes that a record can take, without what it adds to the JSON array. It is exact about a large payload. */
export function roomFor(record: LinkRecord, json: string): number {
  const rest = 2
  switch (record.kind) {
    case 'envelope':
      return (
        rest +
        (json === '' ? inlineRoom(record.payload) : 0) +
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
 * @param json what it adds to the JSON array
 * @throws RangeError when a number of it is none that a record can have
 */
export function encodeRecord(out: ByteWriter, record: LinkRecord, json: string): void {
  switch (record.kind) {
    case 'envelope':
      return encodeEnvelope(out, record, json)
    case 'ack':
      return encodeAck(out, record)
    case 'fail':
      return encodeFail(out, record)
    case 'cancel':
      return encodeCancel(out, record)
    case 'mark':
      return encodeMark(out, record)
  }
}

function encodeEnvelope(out: ByteWriter, record: EnvelopeRecord, json: string): void {
  const { ticket, domain, remainingMs, trace, payload } = record
  out.u8(recordKinds.envelope)
  out.u8(
    (ticket === undefined ? 0 : envelopeFlags.ticket) |
      (domain === undefined ? 0 : envelopeFlags.domain) |
      (remainingMs === undefined ? 0 : envelopeFlags.remaining) |
      (trace === undefined ? 0 : envelopeFlags.trace) |
      (json !== '' ? 0 : payload instanceof Uint8Array ? envelopeFlags.bytes : envelopeFlags.json),
  )
  if (ticket !== undefined) out.varint(ticket)
  out.varint(record.edge)
  if (domain !== undefined) out.text(domain)
  encodePosition(out, record.position)
  out.text(record.root)
  if (remainingMs !== undefined) out.f64(finite(remainingMs))
  if (trace !== undefined) out.text(trace)
  if (json !== '') return
  if (payload instanceof Uint8Array) out.longBytes(payload)
  else if (payload instanceof JsonText) out.longText(payload.text)
}

function encodeAck(out: ByteWriter, { ranges }: AckRecord): void {
  out.u8(recordKinds.ack)
  out.varint(ranges.length)
  for (const [first, last] of ranges) {
    out.varint(first)
    out.varint(last - first)
  }
}

function encodeFail(out: ByteWriter, { root, code }: FailRecord): void {
  out.u8(recordKinds.fail)
  out.text(root)
  out.text(code)
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

function isInline(payload: unknown): boolean {
  return payload instanceof Uint8Array || payload instanceof JsonText
}

function inlineRoom(payload: unknown): number {
  if (payload instanceof Uint8Array) return payload.length + 4
  return payload instanceof JsonText ? jsonRoom(payload.text) + 4 : 0
}

/** From here on it is cheaper to measure a text than to make room for three bytes a letter. */
const largeText = 16_384

/** The most bytes that a text can take. */
export function jsonRoom(text: string): number {
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
