import {
  type AckRecord,
  type CancelRecord,
  type EnvelopeRecord,
  type FailRecord,
  JsonText,
  type LinkRecord,
  type MarkRecord,
  type Position,
} from '@millrace/contracts'
import { ByteWriter } from './byte-writer.js'
import { envelopeFlags, markFlags, recordKinds, unreadJson } from './record-layout.js'

/** Writes the records of one batch after the other. It says only once what several records share. */
export class RecordEncoder {
  readonly out: ByteWriter
  /** Those of the records before, in this batch. */
  #domain: string | undefined
  #origin: string | undefined

  constructor(bytes: Buffer, at: number) {
    this.out = new ByteWriter(bytes, at)
  }

  /** Begins another batch. */
  restart(bytes: Buffer, at: number): void {
    this.out.bytes = bytes
    this.out.at = at
    this.forget()
  }

  /** The next record shares nothing with those before. */
  forget(): void {
    this.#domain = undefined
    this.#origin = undefined
  }

  /**
   * Writes a record where there is room for it. When it throws, nothing was written.
   *
   * @param json what it adds to the JSON array
   * @throws RangeError when a number of it is none that a record can have
   */
  encode(record: LinkRecord, json: string): void {
    const start = this.out.at
    try {
      this.#write(record, json)
    } catch (error) {
      this.out.at = start
      throw error
    }
  }

  #write(record: LinkRecord, json: string): void {
    switch (record.kind) {
      case 'envelope':
        return this.#envelope(record, json)
      case 'ack':
        return encodeAck(this.out, record)
      case 'fail':
        encodeEnd(this.out, record)
        return encodePosition(this.out, record.position)
      case 'cancel':
        return encodeEnd(this.out, record)
      case 'mark':
        return this.#mark(record)
    }
  }

  #envelope(record: EnvelopeRecord, json: string): void {
    const { ticket, edge, domain, position, origin, root, remainingMs, trace, payload } = record
    const { out } = this
    const newDomain = domain !== undefined && domain !== this.#domain
    const newOrigin = origin !== this.#origin
    out.u8(recordKinds.envelope)
    out.u8(
      (ticket === undefined ? 0 : envelopeFlags.ticket) |
        (domain === undefined ? 0 : newDomain ? envelopeFlags.domain : envelopeFlags.sameDomain) |
        (newOrigin ? 0 : envelopeFlags.sameOrigin) |
        (remainingMs === undefined ? 0 : envelopeFlags.remaining) |
        (trace === undefined ? 0 : envelopeFlags.trace) |
        (json.length > 0 ? 0 : inlineFlags(payload)),
    )
    if (ticket !== undefined) out.varint(ticket)
    out.varint(edge)
    if (newDomain) out.text(domain)
    encodePosition(out, position)
    if (newOrigin) out.text(origin)
    out.varint(root)
    if (remainingMs !== undefined) out.f64(finite(remainingMs))
    if (trace !== undefined) out.text(trace)
    if (json.length === 0) encodeInline(out, payload)
    if (newDomain) this.#domain = domain
    if (newOrigin) this.#origin = origin
  }

  #mark({ edge, domain, position }: MarkRecord): void {
    const { out } = this
    const newDomain = domain !== this.#domain
    out.u8(recordKinds.mark)
    out.u8(newDomain ? 0 : markFlags.sameDomain)
    out.varint(edge + 1)
    if (newDomain) out.text(domain)
    encodePosition(out, position)
    if (newDomain) this.#domain = domain
  }
}

function encodeAck(out: ByteWriter, { ranges }: AckRecord): void {
  out.u8(recordKinds.ack)
  out.varint(ranges.length)
  for (const [first, last] of ranges) {
    out.varint(first)
    out.varint(last - first)
  }
}

function encodeEnd(out: ByteWriter, { kind, origin, root, code }: FailRecord | CancelRecord): void {
  out.u8(recordKinds[kind])
  out.text(origin)
  out.varint(root)
  out.text(code)
}

function inlineFlags(payload: unknown): number {
  if (payload instanceof Uint8Array) return envelopeFlags.bytes
  return payload instanceof JsonText && payload.unread ? unreadJson : envelopeFlags.json
}

function encodeInline(out: ByteWriter, payload: unknown): void {
  if (payload instanceof Uint8Array) out.longBytes(payload)
  else if (payload instanceof JsonText) out.longText(payload.text)
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
