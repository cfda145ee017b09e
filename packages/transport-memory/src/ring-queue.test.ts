import { describe, expect, it } from '@jest/globals'
import { collectGarbage, liveHeapBytes } from '@millrace/live-memory'
import { createRingQueue } from './ring-queue.js'

// The order of items is proved by the suite of @millrace/conformance; here is what only this queue promises.
describe('createRingQueue', () => {
  it('keeps its order while it grows and shrinks with its head in the middle', () => {
    const queue = createRingQueue<number>()
    const taken: (number | undefined)[] = []
    fill(queue, 0, 700)
    drain(queue, 500, taken)
    fill(queue, 700, 9000)
    drain(queue, 8400, taken)
    fill(queue, 9000, 9100)
    drain(queue, queue.length, taken)
    expect(taken).toEqual(Array.from({ length: 9100 }, (_, item) => item))
  })

  it('does not hold what was taken out', async () => {
    const queue = createRingQueue<object>()
    const taken = pushAndShift(queue)
    queue.push({})
    await collectGarbage()
    expect(taken.deref()).toBeUndefined()
  })

  it('gives the room of a burst back', () => {
    const queue = createRingQueue<number>()
    const before = liveHeapBytes()
    fill(queue, 0, 4_000_000)
    const full = liveHeapBytes()
    drain(queue, 3_999_999, [])
    const drained = liveHeapBytes()
    expect(full - before).toBeGreaterThan(16_000_000)
    expect(drained - before).toBeLessThan(1_000_000)
    expect(queue.shift()).toBe(3_999_999)
  })

  it('forgets everything with clear, and works on', () => {
    const queue = createRingQueue<number>()
    fill(queue, 0, 5000)
    queue.clear()
    expect([queue.length, queue.shift()]).toEqual([0, undefined])
    queue.push(7)
    expect([queue.length, queue.shift(), queue.length]).toEqual([1, 7, 0])
  })
})

type Queue<Item> = ReturnType<typeof createRingQueue<Item>>

function fill(queue: Queue<number>, from: number, to: number): void {
  for (let item = from; item < to; item++) queue.push(item)
}

function drain(queue: Queue<number>, count: number, taken: (number | undefined)[]): void {
  for (let left = count; left > 0; left--) {
    const item = queue.shift()
    if (count < 10_000) taken.push(item)
  }
}

/** In a function of its own, so that no variable of the test holds the item. */
function pushAndShift(queue: Queue<object>): WeakRef<object> {
  queue.push({ large: new Array(1000).fill(0) })
  return new WeakRef(queue.shift() ?? {})
}
