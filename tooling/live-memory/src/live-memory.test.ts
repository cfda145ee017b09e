import { describe, expect, it } from '@jest/globals'
import { collectGarbage, liveBufferBytes, liveHeapBytes } from './live-memory.js'

const size = 40_000_000

describe('live memory', () => {
  it('counts the buffers that somebody holds, and none of those that nobody does', () => {
    const before = liveBufferBytes()
    dropBuffers()
    const dropped = liveBufferBytes() - before
    const held = Buffer.alloc(size, 1)
    // Others in this process drop some of theirs meanwhile.
    expect(dropped).toBeLessThan(size / 10)
    expect(liveBufferBytes() - before).toBeGreaterThan(0.9 * held.length)
  })

  it('counts the objects that somebody holds, and none of those that nobody does', () => {
    const before = liveHeapBytes()
    dropObjects()
    const dropped = liveHeapBytes() - before
    const held = objects()
    expect(dropped).toBeLessThan(1_000_000)
    expect(liveHeapBytes() - before).toBeGreaterThan(held.length * 8)
  })

  it('collects what a WeakRef has shown', async () => {
    const shown = new WeakRef({ large: objects() })
    expect(shown.deref()).toBeDefined()
    await collectGarbage()
    expect(shown.deref()).toBeUndefined()
  })
})

function objects(): object[] {
  return Array.from({ length: 500_000 }, (_, number) => ({ number }))
}

/** In functions of their own, so that no variable of a test holds them. */
function dropObjects(): void {
  objects()
}

function dropBuffers(): void {
  for (let dropped = 0; dropped < size; dropped += 1_000_000) Buffer.alloc(1_000_000, 1)
}
