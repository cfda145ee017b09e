import { createHeadedQueue } from '@millrace/wire/links'

/** The names that came last, so many of them. */
export class RecentNames {
  readonly #most: number
  readonly #names = new Set<string>()
  readonly #byAge = createHeadedQueue<string>()

  constructor(most: number) {
    this.#most = most
  }

  has(name: string): boolean {
    return this.#names.has(name)
  }

  /** Takes a name in; the oldest makes room for it. */
  add(name: string): void {
    if (this.#names.has(name)) return
    this.#names.add(name)
    this.#byAge.push(name)
    if (this.#names.size > this.#most) this.#names.delete(this.#byAge.shift() ?? '')
  }
}
