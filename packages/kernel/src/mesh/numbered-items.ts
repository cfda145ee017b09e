/**
 * Items by numbers that mostly ascend, a few of which are there at once: tickets, roots of one origin.
 *
 * A map would do, but one that things come to and leave all the time makes its tables anew again and again, and each old table
 * holds on to what was in it and to the next table: garbage that lives until the whole heap is collected. Here a number's
 * lowest bits say where its item is; an item that is still there when its place is needed again moves aside, into a map.
 */
export class NumberedItems<Item> {
  #items: (Item | undefined)[] = new Array(leastPlaces).fill(undefined)
  /** Whose item is in each place; of the last one, where it is empty. */
  #numbers: number[] = new Array(leastPlaces).fill(-1)
  readonly #aside = new Map<number, Item>()
  #size = 0

  /** How many items there are. */
  get size(): number {
    return this.#size
  }

  /** The item of a number, if it is there. */
  get(number: number): Item | undefined {
    const place = number & (this.#items.length - 1)
    if (this.#numbers[place] === number) return this.#items[place]
    return this.#aside.size === 0 ? undefined : this.#aside.get(number)
  }

  /** Puts an item in; its number has none yet. */
  add(number: number, item: Item): void {
    if (this.#size * 2 >= this.#items.length) this.#grow()
    const place = number & (this.#items.length - 1)
    const before = this.#items[place]
    if (before !== undefined) this.#aside.set(this.#numbers[place] ?? 0, before)
    this.#items[place] = item
    this.#numbers[place] = number
    this.#size++
  }

  /** Takes an item out. @returns the item; undefined when there is none */
  take(number: number): Item | undefined {
    const item = this.get(number)
    if (item === undefined) return undefined
    const place = number & (this.#items.length - 1)
    if (this.#numbers[place] === number) this.#items[place] = undefined
    else this.#aside.delete(number)
    this.#size--
    return item
  }

  /** Takes out every item whose number is in a range. The range may be far longer than there are items. */
  takeWithin(first: number, last: number, taken: (item: Item) => void): void {
    if (last - first < 2 * this.#items.length) {
      for (let number = first; number <= last; number++) {
        const item = this.take(number)
        if (item !== undefined) taken(item)
      }
    } else for (const number of this.#numbersWithin(first, last)) this.takeWithin(number, number, taken)
  }

  /** Visits every item, in no order. */
  each(visit: (item: Item) => void): void {
    for (const item of this.#items) if (item !== undefined) visit(item)
    for (const item of this.#aside.values()) visit(item)
  }

  /** Every item, by ascending number. */
  values(): readonly Item[] {
    return this.#numbered().map(([, item]) => item)
  }

  /** Takes everything out. @returns what was there, by ascending number */
  clear(): readonly Item[] {
    const values = this.values()
    this.#items.fill(undefined)
    this.#aside.clear()
    this.#size = 0
    return values
  }

  #numbersWithin(first: number, last: number): readonly number[] {
    return this.#numbered().flatMap(([number]) => (number >= first && number <= last ? [number] : []))
  }

  #numbered(): readonly (readonly [number: number, item: Item])[] {
    const numbered: [number: number, item: Item][] = [...this.#aside]
    for (const [place, item] of this.#items.entries())
      if (item !== undefined) numbered.push([this.#numbers[place] ?? 0, item])
    return numbered.sort(([a], [b]) => a - b)
  }

  /** Twice as many places: no two of those who had one want the same. */
  #grow(): void {
    const [items, numbers] = [this.#items, this.#numbers]
    this.#items = new Array(2 * items.length).fill(undefined)
    this.#numbers = new Array(2 * items.length).fill(-1)
    for (const [from, item] of items.entries()) {
      if (item === undefined) continue
      const number = numbers[from] ?? 0
      const place = number & (this.#items.length - 1)
      this.#items[place] = item
      this.#numbers[place] = number
    }
  }
}

/** A power of two, as every number of places is. */
const leastPlaces = 16
