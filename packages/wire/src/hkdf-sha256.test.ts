import { describe, expect, it } from '@jest/globals'
import { hkdfSha256 } from './hkdf-sha256.js'

describe('hkdfSha256', () => {
  it.each([
    {
      name: 'A.1, the basic case',
      secret: '0b'.repeat(22),
      salt: '000102030405060708090a0b0c',
      info: 'f0f1f2f3f4f5f6f7f8f9',
      expected: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    },
    {
      name: 'A.2, longer inputs and outputs',
      secret: span(0x00, 80),
      salt: span(0x60, 80),
      info: span(0xb0, 80),
      expected:
        'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09' +
        'da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
    },
    {
      name: 'A.3, without salt and info',
      secret: '0b'.repeat(22),
      salt: '',
      info: '',
      expected: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    },
  ])('KEY-IPC-04 gives what RFC 5869 gives in $name', ({ secret, salt, info, expected }) => {
    const key = hkdfSha256(bytes(secret), bytes(salt), bytes(info), expected.length / 2)
    expect(Buffer.from(key).toString('hex')).toBe(expected)
  })
})

function bytes(hex: string): Uint8Array {
  return Buffer.from(hex, 'hex')
}

function span(first: number, length: number): string {
  return Buffer.from(Array.from({ length }, (_, index) => first + index)).toString('hex')
}
