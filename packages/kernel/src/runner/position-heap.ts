import { comparePositions, type Position } from '@millrace/contracts'

/** Something with a position that knows where in its heap it is, so that it can be moved or taken out at once. */
export interface Positioned {
  position: Position
  /** Place in the heap; the heap alone writes it. */
  heapIndex: number
}

/** A binary heap, smallest position first, whose items may be removed or moved back from anywhere in O(log n). */
export class PositionHeap<Item extends Positioned> {
  readonly #items: Item[] = []

  get length(): number {
    return this.#items.length
  }

  peek(): Item | undefined {
    return this.#items[0]
  }

  push(item: Item): void {
    this.#rise(item, this.#items.length)
  }

  pop(): Item | undefined {
    const least = this.#items[0]
    if (least !== undefined) this.remove(least)
    return least
  }

  remove(item: Item): void {
    const last = this.#items.pop()
    if (last === undefined || last === item) return
    this.#rise(last, item.heapIndex)
    this.#sink(last)
  }

  /** Takes out all that fulfil a condition, smallest position first, in O(n log n). */
  takeAll(isTaken: (item: Item) => boolean): Item[] {
    const taken = this.#items.filter(isTaken).sort((one, other) => comparePositions(one.position, other.position))
    for (const item of taken) this.remove(item)
    return taken
  }

  /** Restores the order after the item's position has grown. */
  grown(item: Item): void {
    this.#sink(item)
  }

  #rise(item: Item, from: number): void {
    let index = from
    while (index > 0) {
      const above = (index - 1) >> 1
      const parent = this.#items[above]
      if (parent === undefined || comparePositions(parent.position, item.position) <= 0) break
      this.#place(parent, index)
      index = above
    }
    this.#place(item, index)
  }

  #sink(item: Item): void {
    let index = item.heapIndex
    for (;;) {
      const child = this.#smallerChild(index)
      if (child === undefined || comparePositions(item.position, child.position) <= 0) break
      const below = child.heapIndex
      this.#place(child, index)
      index = below
    }
    this.#place(item, index)
  }

  #smallerChild(index: number): Item | undefined {
    const left = this.#items[2 * index + 1]
    const right = this.#items[2 * index + 2]
    if (left === undefined || right === undefined) return left
    return comparePositions(left.position, right.position) <= 0 ? left : right
  }

  #place(item: Item, index: number): void {
    this.#items[index] = item
    item.heapIndex = index
  }
}
