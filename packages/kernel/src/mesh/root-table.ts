import { NumberedItems } from './numbered-items.js'

/** Replacements come and go; the origins of those who are gone are forgotten when there are more than this. */
const mostOrigins = 256

/** Roots by their names. Few processes ask, so most names have the origin of the one before. */
export class RootTable<Root> {
  readonly #origins = new Map<string, NumberedItems<Root>>()
  /** That of the name which was looked up last. */
  #origin = ''
  #roots: NumberedItems<Root> | undefined
  #size = 0

  /** How many there are. */
  get size(): number {
    return this.#size
  }

  /** How many origins there are, those without a root included. */
  get origins(): number {
    return this.#origins.size
  }

  get(origin: string, number: number): Root | undefined {
    return this.#of(origin)?.get(number)
  }

  /** Puts a root in; its name has none yet. */
  add(origin: string, number: number, root: Root): void {
    const roots = this.#of(origin) ?? this.#begin(origin)
    roots.add(number, root)
    this.#size++
  }

  /** @returns whether it was there */
  delete(origin: string, number: number): boolean {
    const there = this.#of(origin)?.take(number) !== undefined
    if (there) this.#size--
    return there
  }

  /** Every root, those of one origin in the order in which they were named. */
  values(): readonly Root[] {
    return [...this.#origins.values()].flatMap((roots) => roots.values())
  }

  #of(origin: string): NumberedItems<Root> | undefined {
    if (origin !== this.#origin) {
      this.#origin = origin
      this.#roots = this.#origins.get(origin)
    }
    return this.#roots
  }

  #begin(origin: string): NumberedItems<Root> {
    if (this.#origins.size >= mostOrigins) this.#forgetEmpty()
    const roots = new NumberedItems<Root>()
    this.#origins.set(origin, roots)
    this.#roots = roots
    return roots
  }

  #forgetEmpty(): void {
    for (const [origin, roots] of this.#origins) if (roots.size === 0) this.#origins.delete(origin)
  }
}
