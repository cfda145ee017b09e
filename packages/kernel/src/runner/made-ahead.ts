/** The messages of an iterable that were made ahead of what credit lets be sent, in their order. */
export class MadeAhead {
  readonly #messages: unknown[] = []
  #sent = 0

  get length(): number {
    return this.#messages.length - this.#sent
  }

  push(message: unknown): void {
    this.#messages.push(message)
  }

  /** The next one to be sent. Only while there is one. */
  shift(): unknown {
    const message = this.#messages[this.#sent]
    this.#messages[this.#sent++] = undefined
    return message
  }

  /** Those that are not sent yet. */
  rest(): readonly unknown[] {
    return this.#messages.slice(this.#sent)
  }
}
