import { describe, expect, it } from '@jest/globals'
import { linkRecordArbitrary } from '@millrace/conformance'
import { JsonText, type LinkRecord } from '@millrace/contracts'
import { liveBufferBytes } from '@millrace/live-memory'
import fc from 'fast-check'
import { failureOf } from '../test/failure-of.js'
import { cancel, envelope } from '../test/linked.js'
import { textOf } from '../test/text-of.js'
import { BatchEncoder } from './batch-encoder.js'
import { RecordDecoder } from './record-decoder.js'

const numRuns = 60 * Number(process.env.ROUNDS ?? 1)

/** What the receiver of a frame gets. */
function decoded(frame: Buffer): readonly LinkRecord[] {
  return new RecordDecoder().decode(frame, 32, frame.length - 32)
}

/** Adds all records, closing a batch where the next does not fit. */
function framesOf(batch: BatchEncoder, records: readonly LinkRecord[]): Buffer[] {
  const frames: Buffer[] = []
  for (const record of records) {
    if (batch.add(record)) continue
    frames.push(batch.close())
    if (!batch.add(record)) throw new Error('a record that fits an empty batch must be taken by one')
  }
  return [...frames, batch.close()]
}

describe('BatchEncoder', () => {
  it('SEC-IPC-01 every record arrives as it was, in its order, whatever the limit', () => {
    const records = fc.array(linkRecordArbitrary(), { maxLength: 30 })
    const limits = fc.constantFrom(100_000, 200_000, 1_048_576)
    const holds = fc.property(records, limits, (sent, maxFrameBytes) => {
      const frames = framesOf(new BatchEncoder(maxFrameBytes), sent)
      expect(textOf(frames.flatMap((frame) => decoded(frame)))).toBe(textOf(sent))
      expect(frames.every((frame) => frame.length <= maxFrameBytes)).toBe(true)
    })
    fc.assert(holds, { numRuns })
  })

  it('small limits split batches, and lose, repeat or reorder nothing', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '漢', '💥'), maxLength: 60 })
    const payload = fc.oneof(
      text,
      text.map((value) => new JsonText(JSON.stringify(value))),
      fc.uint8Array({ maxLength: 60 }),
    )
    const envelopes = fc.record({
      ticket: fc.nat(3),
      domain: fc.constantFrom(undefined, 'near#1/1', 'near#1/2'),
      origin: fc.constantFrom('near#1.1:', 'near#1.1/'),
      root: fc.nat(),
      payload,
    })
    const records = fc.array(
      fc.oneof(
        envelopes.map((fields) => ({ ...envelope(1), ...fields }) as LinkRecord), // the fields are an envelope's
        fc.nat(9).map(cancel),
        fc.constantFrom('near#1/1', 'near#1/2').map((domain) => mark(domain)),
      ),
      { maxLength: 40 },
    )
    const holds = fc.property(records, fc.integer({ min: 360, max: 900 }), (sent, maxFrameBytes) => {
      const frames = framesOf(new BatchEncoder(maxFrameBytes), sent)
      expect(textOf(frames.flatMap((frame) => decoded(frame)))).toBe(textOf(sent.map(asReceived)))
      expect(frames.every((frame) => frame.length <= maxFrameBytes)).toBe(true)
    })
    fc.assert(holds, { numRuns })
  })

  it('texts of three bytes a letter have room, however many there are', () => {
    const sent = Array.from({ length: 60 }, (_, ticket) => envelope('漢'.repeat(ticket * 3), ticket))
    const frames = framesOf(new BatchEncoder(2000), sent)
    expect(frames.flatMap(decoded)).toEqual(sent)
    expect(frames.every((frame) => frame.length <= 2000)).toBe(true)
  })

  it('a record behind one that had to be measured does not refer to those before it', () => {
    const batch = new BatchEncoder(500)
    const sent = [envelope(1, 1), envelope('x'.repeat(130), 2), envelope(3, 1)]
    expect(sent.every((record) => batch.add(record))).toBe(true)
    expect(decoded(batch.close())).toEqual(sent)
  })

  it.each([
    ['JSON of ASCII', (size: number) => 'x'.repeat(size)],
    ['JSON of two bytes a letter', (size: number) => 'é'.repeat(Math.floor(size / 2))],
    ['JSON that was serialised already', (size: number) => new JsonText(`"${'é'.repeat(Math.floor(size / 2))}"`)],
    ['bytes', (size: number) => new Uint8Array(size)],
  ])('a frame of exactly the limit is sent, and one byte more is PAYLOAD_TOO_LARGE: %s', (_name, payloadOf) => {
    const frames = framesOf(new BatchEncoder(1_048_576), [envelope(payloadOf(100_000))])
    const limit = frames[0]?.length ?? 0
    const fits = new BatchEncoder(limit)
    expect(fits.add(envelope(payloadOf(100_000)))).toBe(true)
    expect(fits.close()).toHaveLength(limit)
    const tight = new BatchEncoder(limit - 1)
    expect(failureOf(() => tight.add(envelope(payloadOf(100_000))))).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
    expect(decoded(tight.close())).toEqual([])
  })

  it('a record that does not fit beside others is serialised once', () => {
    const batch = new BatchEncoder(2000)
    let serialised = 0
    const large = envelope({
      toJSON() {
        serialised++
        return 'x'.repeat(1500)
      },
    })
    batch.add(envelope('x'.repeat(1000)))
    expect(batch.add(large)).toBe(false)
    expect(decoded(batch.close())).toHaveLength(1)
    expect(batch.add(large)).toBe(true)
    expect(decoded(batch.close())).toEqual([envelope('x'.repeat(1500))])
    expect(serialised).toBe(1)
  })

  it('a record that did not fit and is not added again does not come', () => {
    const batch = new BatchEncoder(2000)
    const large = envelope('x'.repeat(1500))
    batch.add(envelope('x'.repeat(1000)))
    batch.add(large)
    expect(batch.add(cancel(1))).toBe(true)
    batch.close()
    expect(decoded(batch.close())).toEqual([])
  })

  it('a record that did not fit is serialised again when others came between', () => {
    const batch = new BatchEncoder(2000)
    const payload = { text: 'x'.repeat(1500) }
    const large = envelope(payload)
    batch.add(envelope('x'.repeat(1000)))
    expect(batch.add(large)).toBe(false)
    batch.close()
    batch.add(cancel(1))
    batch.close()
    payload.text = 'y'
    batch.add(large)
    expect(decoded(batch.close())).toEqual([envelope({ text: 'y' })])
  })

  it('sends what was there when the record was added', () => {
    const batch = new BatchEncoder(2000)
    const payload = { n: 1 }
    const bytes = Uint8Array.of(1)
    batch.add(envelope(payload))
    batch.add(envelope(bytes))
    payload.n = 2
    bytes[0] = 2
    expect(decoded(batch.close())).toMatchObject([{ payload: { n: 1 } }, { payload: Uint8Array.of(1) }])
  })

  it.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a BigInt', { n: 1n }],
    ['a circle', circle()],
    ['something that refuses to be JSON', { toJSON: () => undefined }],
  ])('a payload that is %s is PAYLOAD_INVALID, and the batch as it was', (_name, payload) => {
    const batch = new BatchEncoder(2000)
    batch.add(envelope('first'))
    const { pending, records } = batch
    expect(failureOf(() => batch.add(envelope(payload)))).toMatchObject({ code: 'PAYLOAD_INVALID' })
    expect([batch.pending, batch.records]).toEqual([pending, records])
    batch.add(envelope('second', 2))
    expect(decoded(batch.close())).toEqual([envelope('first'), envelope('second', 2)])
  })

  it.each([
    ['a ticket', { ...envelope(1), ticket: -1 }],
    ['an edge', { ...envelope(1), edge: 1.5 }],
    ['a component of a position', { ...envelope(1), domain: 'd', position: [1, 2 ** 53] }],
    ['a remaining time', { ...envelope(1), remainingMs: Number.POSITIVE_INFINITY }],
    ['a range', { kind: 'ack', ranges: [[2, 1]] }],
    ['the edge of a mark', { kind: 'mark', edge: -2, domain: 'd', position: [] }],
  ] as readonly (readonly [string, LinkRecord])[])(
    '%s that cannot be is a RangeError, and the batch as it was',
    (_name, record) => {
      const batch = new BatchEncoder(2000)
      batch.add(envelope('first'))
      expect(failureOf(() => batch.add(record))).toBeInstanceOf(RangeError)
      batch.add(mark('d'))
      expect(decoded(batch.close())).toEqual([envelope('first'), mark('d')])
    },
  )

  it('a deadline that has passed leaves nothing', () => {
    const batch = new BatchEncoder(2000)
    batch.add({ ...envelope(1), remainingMs: -3 } as LinkRecord)
    expect(decoded(batch.close())).toMatchObject([{ remainingMs: 0 }])
  })

  it('counts what is pending, and begins again', () => {
    const batch = new BatchEncoder(2000)
    expect([batch.pending, batch.records]).toEqual([0, 0])
    batch.add(cancel(1))
    batch.add(envelope('x'.repeat(100)))
    expect(batch.records).toBe(2)
    expect(batch.pending).toBeGreaterThan(100)
    batch.close()
    expect([batch.pending, batch.records]).toEqual([0, 0])
  })

  it('a frame stays as it is until it is given back', () => {
    const batch = new BatchEncoder(2000)
    batch.add(cancel(1))
    const first = batch.close()
    batch.add(cancel(2))
    const second = batch.close()
    expect([decoded(first), decoded(second)]).toEqual([[cancel(1)], [cancel(2)]])
    batch.release(first)
    batch.close()
    batch.add(cancel(3))
    expect(batch.close().buffer).toBe(first.buffer)
  })

  it('frames that nobody gives back stay as they are, and take little more memory than they need', () => {
    const batch = new BatchEncoder(1_048_576)
    const before = liveBufferBytes()
    const frames = Array.from({ length: 500 }, (_, number) => {
      batch.add(cancel(number))
      return batch.close()
    })
    expect(liveBufferBytes() - before).toBeLessThan(4 * 1_048_576)
    expect(frames.flatMap(decoded)).toEqual(frames.map((_, number) => cancel(number)))
  })

  it('a frame that is given back twice, or is not of this batch, does no harm', () => {
    const batch = new BatchEncoder(2000)
    const foreign = new BatchEncoder(2000).close()
    batch.add(cancel(1))
    const frame = batch.close()
    for (const given of [foreign, frame, frame]) batch.release(given)
    const frames = [2, 3, 4, 5, 6, 7].map((number) => {
      batch.add(cancel(number))
      return batch.close()
    })
    expect(frames.flatMap(decoded)).toEqual([2, 3, 4, 5, 6, 7].map(cancel))
    expect(new Set([...frames, foreign].map((each) => each.buffer)).size).toBeGreaterThan(4)
  })

  it('a batch after a very large record has a slab of usual size again', () => {
    const batch = new BatchEncoder(1_048_576)
    batch.add(envelope(new Uint8Array(900_000)))
    batch.close()
    const many = Array.from({ length: 3000 }, (_, number) => cancel(number))
    expect(many.every((record) => batch.add(record))).toBe(true)
    expect(decoded(batch.close())).toEqual(many)
  })

  it('a record is at most a little larger than its payload, so the largest payload has room in a frame', () => {
    const batch = new BatchEncoder(1_048_576)
    expect(batch.add(envelope('é'.repeat((1_048_576 - 4096) / 2 - 1)))).toBe(true)
  })

  it.each([67, 0, -1, Number.NaN])('a limit of %d bytes fits no batch', (limit) => {
    expect(failureOf(() => new BatchEncoder(limit))).toBeInstanceOf(RangeError)
  })
})

function mark(domain: string): LinkRecord {
  return { kind: 'mark', edge: 0, domain, position: [] }
}

/** A receiver gets the value of a payload that was serialised already. */
function asReceived(record: LinkRecord): LinkRecord {
  if (record.kind !== 'envelope' || !(record.payload instanceof JsonText) || record.payload.unread) return record
  return { ...record, payload: JSON.parse(record.payload.text) }
}

function circle(): unknown {
  const payload: { self?: unknown } = {}
  payload.self = payload
  return payload
}
