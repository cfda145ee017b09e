/** Something that is done once, however often it is asked for: also from within its own first step, by whoever hears an event of it. */
export class Once<Result> {
  readonly #act: () => Promise<Result>
  #done: Promise<Result> | undefined

  constructor(act: () => Promise<Result>) {
    this.#act = act
  }

  /** What it comes to; undefined as long as nobody has asked for it. */
  get begun(): Promise<Result> | undefined {
    return this.#done
  }

  /** Does it, or waits for it. */
  run(): Promise<Result> {
    if (this.#done !== undefined) return this.#done
    let begun: (done: Promise<Result>) => void = () => undefined
    const done = new Promise<Result>((resolve) => {
      begun = resolve
    })
    this.#done = done
    begun(this.#act())
    return done
  }
}
