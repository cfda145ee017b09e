import { describe, expect, it } from '@jest/globals'
import { JsonText } from '@millrace/contracts'
import { keepPayload, payloadOf } from './payload-text.js'

/** As a later process finds it. */
function found(payload: unknown): unknown {
  return payloadOf(JSON.parse(JSON.stringify(keepPayload(payload))))
}

describe('what the ledger keeps of a payload', () => {
  it('a value and bytes are found as they were', () => {
    expect(found({ sku: 'a', lines: [1, null] })).toEqual({ sku: 'a', lines: [1, null] })
    expect(found(Uint8Array.of(0, 127, 255))).toEqual(Uint8Array.of(0, 127, 255))
  })

  it('a reply leaves a later process byte for byte as it would have left, whatever its fields are called', () => {
    for (const unread of [true, false]) {
      const text = '{"name":"a","1":2}'
      expect(found(new JsonText(text, unread))).toEqual(new JsonText(text, unread))
    }
  })
})
