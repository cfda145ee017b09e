import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { chunkBytes, chunksOf, grant, kindOf, lost, noMore } from './flow.js'

describe('what travels in a message', () => {
  it('is told by its length', () => {
    const messages = [
      Buffer.alloc(64),
      Buffer.alloc(chunkBytes),
      lost,
      noMore,
      grant(255),
      Buffer.alloc(2),
      Buffer.alloc(63),
    ]
    expect(messages.map(kindOf)).toEqual(['chunk', 'chunk', 'lost', 'sign', 'sign', 'nothing', 'nothing'])
  })

  it('is a frame in chunks that are neither too large nor like a sign, and together are the frame', () => {
    const cut = fc.property(fc.integer({ min: 64, max: 5 * chunkBytes }), (bytes) => {
      const frame = Buffer.alloc(bytes, 'frame')
      const chunks = chunksOf(frame)
      expect(Buffer.compare(Buffer.concat(chunks), frame)).toBe(0)
      expect(chunks.filter((chunk) => kindOf(chunk) !== 'chunk' || chunk.length > chunkBytes)).toEqual([])
    })
    fc.assert(cut, { examples: [[64], [chunkBytes], [chunkBytes + 1], [2 * chunkBytes], [2 * chunkBytes + 1]] })
  })
})
