import { describe, expect, it } from '@jest/globals'
import { nastyPayloads } from '@millrace/conformance'
import { JsonText } from '@millrace/contracts'
import { copyPayload } from './copy-payload.js'

describe('copyPayload', () => {
  it.each(nastyPayloads().map(({ name, payload }) => [name, payload]))('copies equal: %s', (_name, payload) => {
    expect(JSON.stringify(copyPayload(payload))).toBe(JSON.stringify(payload))
  })

  it('shares no object with the original', () => {
    const payload = { list: [{ n: 1 }] }
    const copy = copyPayload(payload)
    payload.list[0] = { n: 2 }
    expect(copy).toEqual({ list: [{ n: 1 }] })
  })

  it('copies bytes as bytes, only those of a view, and shares none of them', () => {
    const bytes = new Uint8Array([0, 1, 2, 3]).subarray(1, 3)
    const copy = copyPayload(bytes)
    bytes[0] = 9
    expect(copy).toEqual(new Uint8Array([1, 2]))
  })

  it('gives what a text says that is JSON already', () => {
    const unread = new JsonText('{"n":1}', true)
    expect([copyPayload(new JsonText('{"n":1}')), copyPayload(unread)]).toEqual([{ n: 1 }, unread])
  })

  it('refuses a text that is no JSON with PAYLOAD_INVALID', () => {
    expect(() => copyPayload(new JsonText('{'))).toThrow('PAYLOAD_INVALID: ')
  })

  it.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a BigInt', { n: 1n }],
    ['a circle', circle()],
  ])('refuses %s with PAYLOAD_INVALID', (_name, payload) => {
    expect(() => copyPayload(payload)).toThrow(
      'PAYLOAD_INVALID: a payload cannot be sent, because JSON cannot carry it; send objects, lists, strings, numbers, booleans and null, or bytes',
    )
  })
})

function circle(): unknown {
  const payload: { self?: unknown } = {}
  payload.self = payload
  return payload
}
