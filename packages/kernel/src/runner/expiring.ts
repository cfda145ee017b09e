import type { WorkQueue } from '@millrace/contracts'
import { createHeadedQueue } from '@millrace/wire/links'

/**
 * Items that are of no use any more from some time on. Those that last about as long stand in one queue, so that none waits much
 * longer than it lasts, whatever has come before it.
 */
export class Expiring<Item extends { readonly until: number }> {
  readonly #queues: WorkQueue<Item>[] = []
  /** By how many binary digits the time has that they last. */
  readonly #byLength: (WorkQueue<Item> | undefined)[] = []

  add(item: Item, now: number): void {
    const length = 32 - Math.clz32(Math.max(0, item.until - now))
    const queue = this.#byLength[length] ?? this.#begin(length)
    queue.push(item)
  }

  /** Takes out one that is of no use any more; undefined where there is none. */
  take(now: number): Item | undefined {
    for (const queue of this.#queues) {
      const first = queue.peek()
      if (first !== undefined && first.until <= now) return queue.shift()
    }
    return undefined
  }

  #begin(length: number): WorkQueue<Item> {
    const queue = createHeadedQueue<Item>()
    this.#byLength[length] = queue
    this.#queues.push(queue)
    return queue
  }
}
