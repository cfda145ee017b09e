/** Callbacks by small numbers that are used again. */
export class Waiting {
  readonly #callbacks: (((reply: unknown) => void) | undefined)[] = []
  readonly #free: number[] = []

  add(done: (reply: unknown) => void): number {
    const id = this.#free.pop() ?? this.#callbacks.length
    this.#callbacks[id] = done
    return id
  }

  settle(id: number, reply: unknown): void {
    const done = this.#callbacks[id]
    this.#callbacks[id] = undefined
    this.#free.push(id)
    done?.(reply)
  }
}
