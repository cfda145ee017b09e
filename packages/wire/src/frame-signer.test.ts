import { createHmac } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { FrameSigner } from './frame-signer.js'

const key = Buffer.from('0b'.repeat(20), 'hex')
const macBytes = 32

/** A frame that is zero where its signature will be. */
function frameOf(text: Uint8Array): Buffer {
  return Buffer.concat([text, Buffer.alloc(macBytes)])
}

function signatureOf(signer: FrameSigner, text: Uint8Array): string {
  const frame = frameOf(text)
  signer.sign(frame)
  return frame.subarray(text.length).toString('hex')
}

describe('FrameSigner', () => {
  it('signs as RFC 4231 has it', () => {
    expect(signatureOf(new FrameSigner(key), Buffer.from('Hi There'))).toBe(
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    )
  })

  it('signs frames of every size alike, whatever it signed before', () => {
    const signer = new FrameSigner(key)
    const text = fc.oneof(
      fc.uint8Array({ maxLength: 3000 }),
      fc.integer({ min: 32_760, max: 32_776 }).map((length) => new Uint8Array(length).fill(7)),
    )
    fc.assert(
      fc.property(text, (bytes) => {
        expect(signatureOf(signer, bytes)).toBe(createHmac('sha256', key).update(bytes).digest('hex'))
      }),
    )
  })

  it.each([10, 40_000])('accepts what it signed, and not once a bit of it was turned (%d bytes)', (bytes) => {
    const signer = new FrameSigner(key)
    const frame = frameOf(Buffer.alloc(bytes, 1))
    signer.sign(frame)
    expect(signer.verifies(frame)).toBe(true)
    const turned = Array.from({ length: 16 }, (_, nth) => Math.floor((nth * (frame.length - 1)) / 15))
    expect(turned.filter((at) => signer.verifies(withTurnedBit(frame, at)))).toEqual([])
  })

  it('refuses a key that does not fit a block', () => {
    expect(() => new FrameSigner(Buffer.alloc(65))).toThrow(
      new RangeError('a key of 65 bytes does not fit a block of SHA-256'),
    )
  })
})

function withTurnedBit(frame: Buffer, at: number): Buffer {
  const copy = Buffer.from(frame)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}
