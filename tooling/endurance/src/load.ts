import { isMillraceError } from '@millrace/contracts'
import type { Runtime } from '@millrace/kernel'
import { Answer, Count, Counted, Question } from './programs/nodes.js'

/** How a request ended. */
export interface Outcome {
  /** `answered`, `streamed`, `wrong`, or the code that it failed with. */
  readonly end: string
  /** When it was asked and when it ended, on the clock of `performance.now`, in milliseconds. */
  readonly askedAt: number
  readonly endedAt: number
}

/** What has been asked so far, and what became of it. */
export interface Tally {
  readonly asked: number
  readonly ends: ReadonlyMap<string, number>
}

const paddingLetters = 100
const streamLength = 200

/** Keeps so many requests unanswered, until it is stopped. Every answer is checked. */
export class Load {
  /** Called whenever bytes of payload have been asked or answered. */
  onBytes: (bytes: number) => void = () => undefined
  readonly #runtime: Runtime
  readonly #timeoutMs: number
  readonly #pauseMs: number
  readonly #unanswered = new Map<number, Promise<Outcome>>()
  readonly #ends = new Map<string, number>()
  #asked = 0
  #stopped = false

  /**
   * @param timeoutMs how long each request may take
   * @param pauseMs how long whoever was answered waits before it asks again
   */
  constructor(runtime: Runtime, timeoutMs: number, pauseMs: number) {
    this.#runtime = runtime
    this.#timeoutMs = timeoutMs
    this.#pauseMs = pauseMs
  }

  /** Begins. How many requests, and how many streams, are unanswered at once. */
  start({ requests, streams }: { readonly requests: number; readonly streams: number }): void {
    for (let one = 0; one < requests; one++) this.#ask((n) => this.#answer(n))
    for (let one = 0; one < streams; one++) this.#ask(() => this.#stream())
  }

  /** Those that are unanswered now. */
  unanswered(): readonly Promise<Outcome>[] {
    return [...this.#unanswered.values()]
  }

  tally(): Tally {
    return { asked: this.#asked, ends: new Map(this.#ends) }
  }

  /** Asks nothing more and waits for what was asked. */
  async stop(): Promise<Tally> {
    this.#stopped = true
    await Promise.all(this.#unanswered.values())
    return this.tally()
  }

  #ask(once: (n: number) => Promise<string>): void {
    const n = this.#asked++
    const question = this.#outcomeOf(once, n).then((outcome) => {
      this.#unanswered.delete(n)
      this.#ends.set(outcome.end, (this.#ends.get(outcome.end) ?? 0) + 1)
      this.#askAgain(once)
      return outcome
    })
    this.#unanswered.set(n, question)
  }

  #askAgain(once: (n: number) => Promise<string>): void {
    if (this.#stopped) return
    if (this.#pauseMs === 0) this.#ask(once)
    else setTimeout(() => this.#stopped || this.#ask(once), this.#pauseMs)
  }

  async #outcomeOf(once: (n: number) => Promise<string>, n: number): Promise<Outcome> {
    const askedAt = performance.now()
    const end = await once(n).catch((error: unknown) => {
      if (isMillraceError(error)) return error.code
      throw error
    })
    return { end, askedAt, endedAt: performance.now() }
  }

  async #answer(n: number): Promise<string> {
    const padding = String(n).padEnd(paddingLetters, '.')
    const reply = this.#runtime.request(Question, { n, padding }, { expect: Answer, timeoutMs: this.#timeoutMs })
    this.onBytes(padding.length)
    const answer = await reply
    this.onBytes(answer.padding.length)
    return answer.n === 2 * n + 1 && answer.padding === padding ? 'answered' : 'wrong'
  }

  /** Every number once, in order. */
  async #stream(): Promise<string> {
    let next = 0
    const items = this.#runtime.stream(Count, { to: streamLength }, { expect: Counted, timeoutMs: this.#timeoutMs })
    for await (const { at } of items) if (at !== next++) return 'wrong'
    return next === streamLength ? 'streamed' : 'wrong'
  }
}
