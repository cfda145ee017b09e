import { describe, expect, it } from '@jest/globals'
import { parseJson } from './json-body.js'

describe('parseJson', () => {
  it.each([
    ['half of a letter', [0x22, 0xc3, 0x22]],
    ['a letter longer than it needs to be', [0x22, 0xc0, 0xaf, 0x22]],
    ['half of a pair', [0x22, 0xed, 0xa0, 0x80, 0x22]],
  ])('refuses bytes that are no UTF-8: %s', (_what, bytes) => {
    expect(() => parseJson(Uint8Array.from(bytes))).toThrow('PAYLOAD_INVALID: the body is not UTF-8')
  })

  it('takes the letter that such bytes would decode to', () => {
    expect(parseJson(Buffer.from('"\ufffd"'))).toBe('\ufffd')
  })

  it('reads a part of other memory', () => {
    const memory = new TextEncoder().encode('[1][2][3]')
    expect(parseJson(memory.subarray(3, 6))).toEqual([2])
  })
})
