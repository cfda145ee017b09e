import { createCipheriv, createHmac } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { FrameSigner } from './frame-signer.js'

const keys = { key: Buffer.alloc(32, 1), bodyKey: Buffer.alloc(32, 2) }
const macBytes = 32
const mostHashedBytes = 24_576

/** A frame of so many bytes in all, of which no two near each other are alike. */
function frameOf(bytes: number): Buffer {
  const frame = Buffer.from(Uint8Array.from({ length: bytes }, (_, at) => (at * 7 + (at >> 8)) & 255))
  frame.writeUInt32BE(bytes - 4)
  return frame
}

function signed(bytes: number, signer = new FrameSigner(keys)): Buffer {
  const frame = frameOf(bytes)
  signer.sign(frame)
  return frame
}

/** As docs/protocol.md has it, with code of its own. */
function signatureOf(frame: Buffer): Buffer {
  const before = frame.subarray(0, -macBytes)
  return createHmac('sha256', keys.key)
    .update(frame.length > 24_576 ? Buffer.concat([before.subarray(0, 32), tagOf(before)]) : before)
    .digest()
}

function tagOf(before: Buffer): Buffer {
  const gcm = createCipheriv('aes-256-gcm', keys.bodyKey, before.subarray(20, 32)).setAAD(before.subarray(32))
  gcm.final()
  return gcm.getAuthTag()
}

function withTurnedBit(frame: Buffer, at: number): Buffer {
  const copy = Buffer.from(frame)
  copy[at] = (copy[at] ?? 0) ^ (1 << (at & 7))
  return copy
}

describe('FrameSigner', () => {
  it('signs frames of every size as the protocol says, whatever it signed before', () => {
    const signer = new FrameSigner(keys)
    const sizes = fc.oneof(
      fc.integer({ min: 64, max: 40_000 }),
      fc.integer({ min: mostHashedBytes - 2, max: mostHashedBytes + 2 }),
      fc.constantFrom(65_536, 1_048_576),
    )
    fc.assert(
      fc.property(sizes, (bytes) => {
        const frame = signed(bytes, signer)
        expect(frame.subarray(-macBytes)).toEqual(signatureOf(frame))
        expect(signer.verifies(frame)).toBe(true)
      }),
    )
  })

  it.each([64, 300, mostHashedBytes, mostHashedBytes + 1])(
    'SEC-IPC-02 accepts what it signed, and not once a bit of it was turned (%d bytes)',
    (bytes) => {
      const signer = new FrameSigner(keys)
      const frame = signed(bytes, signer)
      expect(signer.verifies(frame)).toBe(true)
      // All of what stands at the ends, and of each sixteen bytes between one, another each time.
      const places = Array.from({ length: bytes }, (_, at) => at).filter(
        (at) => at < 80 || at >= bytes - 80 || at % 17 === 0,
      )
      expect(places.filter((at) => signer.verifies(withTurnedBit(frame, at)))).toEqual([])
    },
  )

  it('SEC-IPC-02 refuses a large frame whose blocks have changed places, or whose zeros were cut or added', () => {
    const signer = new FrameSigner(keys)
    const frame = signed(30_000, signer)
    const swapped = Buffer.from(frame)
    frame.copy(swapped, 64, 80, 96)
    frame.copy(swapped, 80, 64, 80)
    const zeros = Buffer.alloc(30_000)
    zeros.writeUInt32BE(29_996)
    signer.sign(zeros)
    const signature = zeros.subarray(-macBytes)
    const others = [29_999, 30_001, 30_016].map((bytes) =>
      Buffer.concat([zeros.subarray(0, 32), Buffer.alloc(bytes - 64), signature]),
    )
    expect([swapped, ...others].map((each) => signer.verifies(each))).toEqual([false, false, false, false])
  })

  it('SEC-IPC-11 refuses what was signed with another of the two keys', () => {
    const other = Buffer.alloc(32, 3)
    const frames = [300, 30_000].map((bytes) => signed(bytes))
    const verifiedBy = (wrong: Partial<typeof keys>): readonly boolean[] =>
      frames.map((frame) => new FrameSigner({ ...keys, ...wrong }).verifies(frame))
    expect(verifiedBy({ key: other })).toEqual([false, false])
    expect(verifiedBy({ bodyKey: other })).toEqual([true, false])
    expect(verifiedBy({ key: keys.bodyKey, bodyKey: keys.key })).toEqual([false, false])
  })

  it('takes no frame for that of the other kind: a header and its tag signed alone are no small frame', () => {
    const large = signed(30_000)
    const small = Buffer.concat([large.subarray(0, 32), tagOf(large.subarray(0, -macBytes)), large.subarray(-macBytes)])
    expect(signatureOf(large)).toEqual(createHmac('sha256', keys.key).update(small.subarray(0, 48)).digest())
    // It has the signature, and says that it is longer than it is, which is judged before.
    expect(small.readUInt32BE()).not.toBe(small.length - 4)
    small.writeUInt32BE(small.length - 4)
    expect(new FrameSigner(keys).verifies(small)).toBe(false)
  })

  it('signs no large frame of a handshake', () => {
    expect(() => new FrameSigner({ key: keys.key }).sign(frameOf(24_577))).toThrow(
      new RangeError('no handshake has a frame of 24577 bytes'),
    )
  })
})
