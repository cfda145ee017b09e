/** What the sink has written, line by line: whoever opens it cuts it to what was kept. */
export class CutFile {
  readonly #lines: string[]
  #isOpen = true

  constructor(lines: string[]) {
    this.#lines = lines
  }

  cut(kept: unknown): void {
    this.#lines.length = typeof kept === 'number' ? kept : 0
  }

  get length(): number {
    return this.#lines.length
  }

  push(line: string): void {
    if (this.#isOpen) this.#lines.push(line)
  }

  close(): void {
    this.#isOpen = false
  }
}
