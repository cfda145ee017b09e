import { NumberedItems } from './numbered-items.js'

/** Roots by their names. Few processes ask, so most names have the origin of the one before. */
export class RootTable<Root> {
  readonly #origins = new Map<string, NumberedItems<Root>>()
  /** That of the name which was looked up last. */
  #origin = ''
  #roots = new NumberedItems<Root>()
  #size = 0

  /** How many there are. */
  get size(): number {
    return this.#size
  }

  get(origin: string, number: number): Root | undefined {
    return this.#of(origin).get(number)
  }

  /** Puts a root in; its name has none yet. */
  add(origin: string, number: number, root: Root): void {
    this.#of(origin).add(number, root)
    this.#size++
  }

  /** @returns whether it was there */
  delete(origin: string, number: number): boolean {
    const there = this.#of(origin).take(number) !== undefined
    if (there) this.#size--
    return there
  }

  /** Every root, those of one origin in the order in which they were named. */
  values(): readonly Root[] {
    return [...this.#origins.values()].flatMap((roots) => roots.values())
  }

  #of(origin: string): NumberedItems<Root> {
    if (origin !== this.#origin) {
      this.#origin = origin
      this.#roots = this.#origins.get(origin) ?? new NumberedItems()
      this.#origins.set(origin, this.#roots)
    }
    return this.#roots
  }
}
