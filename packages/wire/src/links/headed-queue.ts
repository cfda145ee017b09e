import type { WorkQueue } from '@millrace/contracts'

/** So much taken room may stand before the list is cut. */
const keptHoles = 1024

/**
 * Makes a first-in, first-out queue without bound: a list and the index of its head. `push` and `shift` take constant time
 * on average, and what was taken out is not held any longer.
 */
export function createHeadedQueue<Item>(): WorkQueue<Item> {
  return new HeadedQueue<Item>()
}

class HeadedQueue<Item> implements WorkQueue<Item> {
  #items: (Item | undefined)[] = []
  #head = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  push(item: Item): void {
    this.#items.push(item)
  }

  shift(): Item | undefined {
    if (this.#head === this.#items.length) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head++] = undefined
    // More than half is holes: copying the rest is paid for by the shifts that made them.
    if (this.#head > keptHoles && this.#head * 2 > this.#items.length) this.#cut()
    return item
  }

  peek(): Item | undefined {
    return this.#items[this.#head]
  }

  clear(): void {
    this.#items = []
    this.#head = 0
  }

  #cut(): void {
    this.#items = this.#items.slice(this.#head)
    this.#head = 0
  }
}
