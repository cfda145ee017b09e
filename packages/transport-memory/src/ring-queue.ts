import type { WorkQueue } from '@millrace/contracts'

const firstCapacity = 16
const keptCapacity = 1024

/**
 * Makes a first-in, first-out queue without bound. `push` and `shift` take constant time on average and allocate nothing
 * but for growth; what was taken out is not held any longer, and the room of a burst is given back when it has passed.
 */
export function createRingQueue<Item>(): WorkQueue<Item> {
  return new RingQueue<Item>()
}

/** The capacity is always a power of two, so that the mask replaces a division. */
class RingQueue<Item> implements WorkQueue<Item> {
  #slots: (Item | undefined)[] = emptySlots(firstCapacity)
  #mask = firstCapacity - 1
  #head = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  push(item: Item): void {
    if (this.#length > this.#mask) this.#resize((this.#mask + 1) * 2)
    this.#slots[(this.#head + this.#length) & this.#mask] = item
    this.#length++
  }

  shift(): Item | undefined {
    if (this.#length === 0) return undefined
    const item = this.#slots[this.#head]
    this.#slots[this.#head] = undefined
    this.#head = (this.#head + 1) & this.#mask
    this.#length--
    // A quarter full, not half: a queue that swings around one size must not be copied each time.
    if (this.#mask >= keptCapacity && this.#length <= this.#mask >> 2) this.#resize((this.#mask + 1) / 2)
    return item
  }

  peek(): Item | undefined {
    return this.#length === 0 ? undefined : this.#slots[this.#head]
  }

  clear(): void {
    this.#slots = emptySlots(firstCapacity)
    this.#mask = firstCapacity - 1
    this.#head = 0
    this.#length = 0
  }

  #resize(capacity: number): void {
    const slots: (Item | undefined)[] = emptySlots(capacity)
    for (let index = 0; index < this.#length; index++) slots[index] = this.#slots[(this.#head + index) & this.#mask]
    this.#slots = slots
    this.#mask = capacity - 1
    this.#head = 0
  }
}

function emptySlots<Item>(capacity: number): (Item | undefined)[] {
  return new Array<Item | undefined>(capacity).fill(undefined)
}
