import {
  type AckRecord,
  type CancelRecord,
  type EnvelopeRecord,
  type ErrorCode,
  type Facts,
  type FailRecord,
  isErrorCode,
  JsonText,
  type LinkRecord,
  type MarkRecord,
  type Position,
} from '@millrace/contracts'
import { ByteReader, readUtf8 } from './byte-reader.js'
import { readU32 } from './frame-layout.js'
import { KnownText } from './known-text.js'
import { envelopeFlags, markFlags, recordKinds, recordsLengthBytes, unreadJson } from './record-layout.js'
import { kindRefused, malformed } from './refusals.js'

const none: readonly unknown[] = []

/** Decodes batches, one after the other. */
export class RecordDecoder {
  readonly #in = new ByteReader(Buffer.alloc(0), 0, 0)
  /** Those of the records before, in this batch. */
  #domain: string | undefined
  #origin: string | undefined
  readonly #origins = new KnownText()
  /** The JSON array of the batch, and the element that is needed next. */
  #values: readonly unknown[] = none
  #next = 0

  /**
   * Decodes the body of a batch, which stands between two offsets. Either all of it is right, or it throws.
   *
   * @throws MillraceError SEC_FRAME_MALFORMED, SEC_KIND_REFUSED
   */
  decode(bytes: Buffer, start: number, end: number): LinkRecord[] {
    if (end - start < recordsLengthBytes) throw malformed('a batch is too short for the length of its records')
    const from = this.#in
    from.bytes = bytes
    from.at = start + recordsLengthBytes
    from.end = from.at + readU32(bytes, start)
    if (from.end > end) throw malformed('the records of a batch are longer than the batch')
    this.#values = from.end === end ? none : readArray(bytes, from.end, end)
    this.#next = 0
    this.#domain = undefined
    this.#origin = undefined
    const records: LinkRecord[] = []
    while (!from.done) records.push(this.#record())
    if (this.#next !== this.#values.length) throw malformed('the records of a batch do not need all of its JSON')
    this.#values = none
    return records
  }

  #record(): LinkRecord {
    const kind = this.#in.u8()
    switch (kind) {
      case recordKinds.envelope:
        return this.#envelope()
      case recordKinds.ack:
        return this.#ack()
      case recordKinds.fail:
        return this.#fail()
      case recordKinds.cancel:
        return this.#cancel()
      case recordKinds.mark:
        return this.#mark()
      default:
        throw kindRefused('record', kind)
    }
  }

  #envelope(): EnvelopeRecord {
    const from = this.#in
    const flags = from.u8()
    return {
      kind: 'envelope',
      ticket: flags & envelopeFlags.ticket ? from.varint() : undefined,
      edge: from.varint(),
      domain: flags & (envelopeFlags.domain | envelopeFlags.sameDomain) ? this.#domainOf(flags) : undefined,
      position: readPosition(from),
      origin: flags & envelopeFlags.sameOrigin ? again(this.#origin) : this.#newOrigin(),
      root: from.varint(),
      remainingMs: flags & envelopeFlags.remaining ? readRemaining(from) : undefined,
      trace: flags & envelopeFlags.trace ? from.text() : undefined,
      payload: this.#payload(flags),
    }
  }

  #domainOf(flags: number): string {
    if ((flags & envelopeFlags.sameDomain) === 0) return this.#newDomain()
    if (flags & envelopeFlags.domain) throw malformed('an envelope has a domain and says that it is the one before')
    return again(this.#domain)
  }

  #newDomain(): string {
    const domain = this.#in.text()
    this.#domain = domain
    return domain
  }

  #newOrigin(): string {
    const origin = this.#origins.read(this.#in)
    this.#origin = origin
    return origin
  }

  #payload(flags: number): unknown {
    switch (flags & unreadJson) {
      case 0:
        return this.#value()
      case envelopeFlags.bytes:
        return this.#in.longBytes()
      case envelopeFlags.json:
        return parse(this.#in.longText())
      default:
        return new JsonText(this.#in.longText(), true)
    }
  }

  #value(): unknown {
    if (this.#next >= this.#values.length) throw malformed('the records of a batch need more JSON than it has')
    return this.#values[this.#next++]
  }

  #ack(): AckRecord {
    const from = this.#in
    const ranges: [number, number][] = []
    for (let left = from.count(); left > 0; left--) {
      const first = from.varint()
      const last = first + from.varint()
      if (!Number.isSafeInteger(last)) throw malformed('a range of tickets in it ends beyond 2^53 - 1')
      ranges.push([first, last])
    }
    return { kind: 'ack', ranges }
  }

  #fail(): FailRecord {
    const origin = this.#in.text()
    const root = this.#in.varint()
    const code = readCode(this.#in)
    return { kind: 'fail', origin, root, code, position: readPosition(this.#in), facts: asFacts(this.#value()) }
  }

  #cancel(): CancelRecord {
    const origin = this.#in.text()
    return { kind: 'cancel', origin, root: this.#in.varint(), code: readCode(this.#in) }
  }

  #mark(): MarkRecord {
    const flags = this.#in.u8()
    if ((flags & ~markFlags.sameDomain) !== 0) throw malformed('a mark has an unknown flag')
    const edge = this.#in.varint() - 1
    const domain = flags === 0 ? this.#newDomain() : again(this.#domain)
    return { kind: 'mark', edge, domain, position: readPosition(this.#in) }
  }
}

function again(before: string | undefined): string {
  if (before === undefined) throw malformed('a record refers to one before it that is not there')
  return before
}

function readPosition(from: ByteReader): Position {
  const length = from.count()
  // As long as it will be: a list that grows takes room for seventeen first.
  const position = new Array<number>(length)
  for (let index = 0; index < length; index++) position[index] = from.varint()
  return position
}

function readRemaining(from: ByteReader): number {
  const remainingMs = from.f64()
  if (!Number.isFinite(remainingMs) || remainingMs < 0)
    throw malformed('the remaining time of an envelope is impossible')
  return remainingMs
}

function readCode(from: ByteReader): ErrorCode {
  const code = from.text()
  if (!isErrorCode(code)) throw malformed('an error code in it is not known')
  return code
}

function asFacts(facts: unknown): Facts {
  if (!isFacts(facts)) throw malformed('the facts of a failure in it are no facts')
  return facts
}

function isFacts(value: unknown): value is Facts {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isFact)
}

function isFact(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string')
  return value === null || typeof value !== 'object'
}

function readArray(bytes: Buffer, start: number, end: number): readonly unknown[] {
  const values = parse(readUtf8(bytes, start, end))
  if (Array.isArray(values)) return values
  throw malformed('the JSON of a batch is no array')
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    // Not kept as the cause: its message quotes the payload.
    throw malformed('a payload in it is not JSON')
  }
}
