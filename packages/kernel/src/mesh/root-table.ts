import { NumberedItems } from './numbered-items.js'
import type { RootId } from './root-id.js'

/** Roots by their names. What is before the number of a name is the same for all roots of a process, and few processes ask. */
export class RootTable<Root> {
  readonly #origins = new Map<string, NumberedItems<Root>>()
  /** Of the name that was looked up last. */
  #origin = ''
  #roots = new NumberedItems<Root>()
  #size = 0

  /** How many there are. */
  get size(): number {
    return this.#size
  }

  get(id: RootId): Root | undefined {
    return this.#of(id).get(numberOf(id))
  }

  /** Puts a root in; its name has none yet. */
  add(id: RootId, root: Root): void {
    this.#of(id).add(numberOf(id), root)
    this.#size++
  }

  /** @returns whether it was there */
  delete(id: RootId): boolean {
    const there = this.#of(id).take(numberOf(id)) !== undefined
    if (there) this.#size--
    return there
  }

  /** Every root, those of one origin in the order in which they were named. */
  values(): readonly Root[] {
    return [...this.#origins.values()].flatMap((roots) => roots.values())
  }

  #of(id: RootId): NumberedItems<Root> {
    const length = digitsAt(id)
    if (length !== this.#origin.length || !id.startsWith(this.#origin)) {
      this.#origin = id.slice(0, length)
      this.#roots = this.#origins.get(this.#origin) ?? new NumberedItems()
      this.#origins.set(this.#origin, this.#roots)
    }
    return this.#roots
  }
}

/** Where the number of a name begins. */
function digitsAt(id: RootId): number {
  let at = id.length
  while (at > 0 && isDigit(id.charCodeAt(at - 1))) at--
  return at
}

function numberOf(id: RootId): number {
  let number = 0
  for (let at = digitsAt(id); at < id.length; at++) number = number * 10 + id.charCodeAt(at) - 48
  return number
}

function isDigit(letter: number): boolean {
  return letter >= 48 && letter <= 57
}
