import { describe, expect, it } from '@jest/globals'
import { collectGarbage } from '@millrace/live-memory'
import { createHeadedQueue } from './headed-queue.js'

// The order of items is proved by the suite of @millrace/conformance; here is what it may not keep.
describe('createHeadedQueue', () => {
  it('does not hold what was taken out', async () => {
    const queue = createHeadedQueue<object>()
    const taken = pushAndShift(queue)
    queue.push({})
    await collectGarbage()
    expect(taken.deref()).toBeUndefined()
  })

  it('keeps its order while it is cut again and again', () => {
    const queue = createHeadedQueue<number>()
    const taken: (number | undefined)[] = []
    for (let item = 0; item < 20_000; item++) {
      queue.push(item)
      if (item % 3 > 0) taken.push(queue.shift())
    }
    while (queue.length > 0) taken.push(queue.shift())
    expect(taken).toEqual(Array.from({ length: 20_000 }, (_, item) => item))
    expect([queue.length, queue.shift()]).toEqual([0, undefined])
  })
})

/** In a function of its own, so that no variable of the test holds the item. */
function pushAndShift(queue: ReturnType<typeof createHeadedQueue<object>>): WeakRef<object> {
  queue.push({ large: new Array(1000).fill(0) })
  return new WeakRef(queue.shift() ?? {})
}
