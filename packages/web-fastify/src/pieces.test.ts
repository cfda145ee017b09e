import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Pieces } from './pieces.js'

describe('Pieces', () => {
  it('gives back what came, in one piece, however often', () => {
    const pieces = new Pieces()
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 300 }), (parts) => {
        for (const part of parts) pieces.add(Buffer.from(part))
        const whole = Buffer.concat(parts)
        expect(pieces.length).toBe(whole.length)
        expect(pieces.take().equals(whole)).toBe(true)
        expect([pieces.length, pieces.buffers]).toEqual([0, 0])
      }),
    )
  })

  it('SEC-IPC-10 keeps a hundred thousand single bytes in few buffers', () => {
    const pieces = new Pieces()
    for (let byte = 0; byte < 100_000; byte++) pieces.add(Buffer.of(byte & 255))
    expect(pieces.buffers).toBeLessThan(2000)
    expect(pieces.take()).toHaveLength(100_000)
  })

  it('copies no large pieces before they are all there', () => {
    const pieces = new Pieces()
    for (let piece = 0; piece < 1000; piece++) pieces.add(Buffer.alloc(2048))
    expect(pieces.buffers).toBe(1000)
  })
})
