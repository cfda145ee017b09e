import { createHmac } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { HmacSha256 } from './hmac-sha256.js'

const key = Buffer.from('0b'.repeat(20), 'hex')

function hexOf(hmac: HmacSha256, bytes: Uint8Array, length: number): string {
  return Buffer.from(hmac.of(bytes, length), 'binary').toString('hex')
}

describe('HmacSha256', () => {
  it('is as RFC 4231 has it', () => {
    expect(hexOf(new HmacSha256(key), Buffer.from('Hi There'), 8)).toBe(
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    )
  })

  it('is that of Node for bytes of every length, whatever came before, and of as many of them as count', () => {
    const hmac = new HmacSha256(key)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30_000 }), fc.nat(30_000), (bytes, most) => {
        const length = Math.min(most, bytes.length)
        const expected = createHmac('sha256', key).update(bytes.subarray(0, length)).digest('hex')
        expect(hexOf(hmac, bytes, length)).toBe(expected)
      }),
    )
  })

  it('refuses a key that does not fit a block', () => {
    expect(() => new HmacSha256(Buffer.alloc(65))).toThrow(
      new RangeError('a key of 65 bytes does not fit a block of SHA-256'),
    )
  })
})
