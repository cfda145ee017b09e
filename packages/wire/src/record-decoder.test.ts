import { describe, expect, it } from '@jest/globals'
import { failureOf } from '../test/failure-of.js'
import { RecordDecoder } from './record-decoder.js'

/** A batch of records in hex, and of values. */
function batch(records: string, values = ''): Buffer {
  const body = Buffer.from(records.replaceAll(' ', ''), 'hex')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body, Buffer.from(values)])
}

function decoded(bytes: Buffer): unknown {
  return new RecordDecoder().decode(bytes, 0, bytes.length)
}

const least = {
  ticket: undefined,
  domain: undefined,
  remainingMs: undefined,
  trace: undefined,
  origin: 'r',
  root: 0,
  edge: 0,
}

describe('RecordDecoder', () => {
  it('takes values in the order of the records that need one', () => {
    expect(decoded(batch('01 00 00 00 01 72 00  02 00  01 80 00 00 00', '[ {"a":1} ,\n2 ]'))).toEqual([
      { ...least, kind: 'envelope', position: [], payload: { a: 1 } },
      { kind: 'ack', ranges: [] },
      { ...least, kind: 'envelope', position: [], payload: 2 },
    ])
  })

  it('takes an empty array for none', () => {
    expect(decoded(batch('02 00', '[]'))).toEqual([{ kind: 'ack', ranges: [] }])
  })

  it('a key __proto__ is a key like any other', () => {
    expect(JSON.stringify(decoded(batch('01 00 00 00 01 72 00', '[{"__proto__":{"a":1}}]')))).toContain('"__proto__"')
  })

  it.each([
    ['no length of the records', Buffer.alloc(3)],
    ['records longer than the batch', Buffer.from('0000000302', 'hex')],
    ['a record that ends in its kind', batch('01')],
    ['a record that ends in a varint', batch('02 80')],
    ['a record that ends in a text', batch('04 05 61')],
    ['a record that ends in an f64', batch('01 04 00 00 01 72 00 40 00')],
    ['a record that ends in a length of four bytes', batch('01 10 00 00 01 72 00 00 00')],
    ['bytes that end too early', batch('01 10 00 00 01 72 00 00 00 00 02 01')],
    ['a count of components that cannot all be there', batch('01 00 00 ff ff ff ff 0f')],
    ['a count of ranges that cannot all be there', batch('02 80 80 80 80 80 80 40')],
    ['a text that ends behind its record, in the values', batch('04 05 61', '"bcd"')],
    ['a varint that is longer than it needs to be', batch('02 81 00')],
    ['a varint of 2^53', batch('01 00 80 80 80 80 80 80 80 10 00 01 72 00', '[1]')],
    ['a varint of nine bytes', batch('01 00 ff ff ff ff ff ff ff ff 01')],
    ['a range that ends beyond 2^53 - 1', batch('02 01 ff ff ff ff ff ff ff 0f 01')],
    ['a text that is no UTF-8', batch('04 01 ff 0d 5245504c595f54494d454f5554')],
    ['half a surrogate in UTF-8', batch('04 03 eda080 0d 5245504c595f54494d454f5554')],
    ['an unknown error code', batch('04 01 72 00 01 58')],
    ['a remaining time that is none', batch('01 04 00 00 01 72 00 7ff8000000000000', '[1]')],
    ['a remaining time without end', batch('01 04 00 00 01 72 00 7ff0000000000000', '[1]')],
    ['a remaining time below zero', batch('01 04 00 00 01 72 00 bff0000000000000', '[1]')],
    ['a domain that is both there and the one before', batch('05 00 01 01 64 00 01 42 00 01 64 00 01 72 00', '[1]')],
    ['a domain before that is not there', batch('01 40 00 00 01 72 00', '[1]')],
    ['a domain before that is not there, of a mark', batch('05 40 01 00')],
    ['an origin before that is not there', batch('01 80 00 00 00', '[1]')],
    ['a mark with an unknown flag', batch('05 01 01 01 64 00')],
    ['values that are no JSON', batch('01 00 00 00 01 72 00', '[1')],
    ['values that are no array', batch('01 00 00 00 01 72 00', '{"0":1}')],
    ['values that are no UTF-8', Buffer.concat([batch('01 00 00 00 01 72 00'), Buffer.from('5b22ff225d', 'hex')])],
    ['fewer values than are needed', batch('01 00 00 00 01 72 00', '[]')],
    ['more values than are needed', batch('02 00', '[1]')],
    ['a payload that is no JSON', batch('01 20 00 00 01 72 00 00000001 7b')],
    ['an empty payload of JSON', batch('01 20 00 00 01 72 00 00000000')],
    ['facts that are no object', batch('03 01 72 00 0b 4e4f44455f4641494c4544', '[[]]')],
    ['facts that are null', batch('03 01 72 00 0b 4e4f44455f4641494c4544', '[null]')],
    ['facts within facts', batch('03 01 72 00 0b 4e4f44455f4641494c4544', '[{"a":{}}]')],
    ['facts with a list of numbers', batch('03 01 72 00 0b 4e4f44455f4641494c4544', '[{"a":[1]}]')],
  ])('SEC-IPC-12 refuses %s with SEC_FRAME_MALFORMED', (_name, bytes) => {
    expect(failureOf(() => decoded(bytes))).toMatchObject({ name: 'MillraceError', code: 'SEC_FRAME_MALFORMED' })
  })

  it.each([0, 6, 255])('SEC-IPC-06 refuses a record of kind %d with SEC_KIND_REFUSED', (kind) => {
    expect(failureOf(() => decoded(batch(Buffer.of(kind, 0, 0).toString('hex'))))).toMatchObject({
      code: 'SEC_KIND_REFUSED',
      facts: { kind },
    })
  })

  it.each([
    ['domain', batch('05 00 01 01 64 00'), batch('05 40 01 00')],
    ['origin', batch('01 00 00 00 01 72 00', '[1]'), batch('01 80 00 00 00', '[1]')],
  ])('SEC-IPC-12 refuses a reference to a %s of the batch before', (_name, first, second) => {
    const decoder = new RecordDecoder()
    expect(decoder.decode(first, 0, first.length)).toHaveLength(1)
    expect(failureOf(() => decoder.decode(second, 0, second.length))).toMatchObject({ code: 'SEC_FRAME_MALFORMED' })
  })

  it('keeps a letter that also stands for what is no UTF-8', () => {
    expect(decoded(batch('01 00 00 00 03 efbfbd 00', '["\ufffd"]'))).toMatchObject([
      { origin: '\ufffd', payload: '\ufffd' },
    ])
  })

  it('gives bytes that outlive the frame', () => {
    const bytes = batch('01 10 00 00 01 72 00 00000002 0102')
    const records = decoded(bytes)
    bytes.fill(0)
    expect(records).toMatchObject([{ payload: Uint8Array.of(1, 2) }])
  })
})
