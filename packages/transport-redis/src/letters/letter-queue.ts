import type { RedisClient } from '../connection/open-redis.js'
import { redisTrouble } from '../connection/redis-trouble.js'

/** Something that Redis is told about letters. */
export interface LetterCommand {
  readonly sha: string
  readonly keys: readonly string[]
  readonly parts: readonly string[]
  /** Redis has done it. @throws what it is refused with, by what Redis has answered */
  readonly judge: (answer: unknown) => void
}

/** What a queue is made of. */
export interface LetterQueueParts {
  /** How long something may wait for its answer, in milliseconds, however often it is sent. */
  readonly patienceMs: number
  /** How long a connection may be silent while something waits, in milliseconds. */
  readonly answerMs: number
  /** How much may wait, in characters. */
  readonly mostCharacters: number
  /** Hears that a connection does not do what it should, and why. */
  readonly failed: (client: RedisClient, why: string) => void
  /** What something fails with that was refused, or has waited too long: then there is nothing that was thrown. */
  readonly unavailable: (thrown?: unknown) => Error
  /** What is refused because too much waits. */
  readonly tooMuch: () => Error
}

interface Waiting {
  readonly command: LetterCommand
  readonly size: number
  readonly until: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/**
 * What is said to Redis about letters, each once and in order, whatever becomes of the connection.
 *
 * Q1  A command is sent at once where there is a connection, and kept until it is answered.
 * Q2  On each new connection all that wait are sent again, in order; what Redis has done already does nothing.
 * Q3  Answers of an earlier connection count for nothing.
 * Q4  What Redis refuses fails alone. What has waited for too long fails, and so does what is too much.
 */
export class LetterQueue {
  readonly #parts: LetterQueueParts
  /** In their order. */
  readonly #waiting = new Set<Waiting>()
  #size = 0
  #client: RedisClient | undefined
  #silence: NodeJS.Timeout | undefined
  #patience: NodeJS.Timeout | undefined
  #closed: Error | undefined
  #emptied: Promise<void> | undefined
  #tellEmptied: () => void = () => undefined

  constructor(parts: LetterQueueParts) {
    this.#parts = parts
  }

  /** Resolves when Redis has done it. */
  add(command: LetterCommand): Promise<void> {
    const size = command.parts.reduce((sum, part) => sum + part.length, 0)
    if (this.#closed !== undefined) return Promise.reject(this.#closed)
    if (this.#size + size > this.#parts.mostCharacters) return Promise.reject(this.#parts.tooMuch())
    return new Promise((resolve, reject) => {
      const until = performance.now() + this.#parts.patienceMs
      const one: Waiting = { command, size, until, resolve, reject }
      this.#waiting.add(one)
      this.#size += size
      this.#patience ??= setTimeout(this.#giveUpOldest, this.#parts.patienceMs)
      if (this.#client !== undefined) this.#send(this.#client, one)
    })
  }

  /** Resolves when nothing waits; undefined where nothing does. */
  get emptied(): Promise<void> | undefined {
    if (this.#waiting.size === 0) return undefined
    this.#emptied ??= new Promise((resolve) => {
      this.#tellEmptied = resolve
    })
    return this.#emptied
  }

  /** There is a connection. */
  begin(client: RedisClient): void {
    this.#client = client
    for (const one of this.#waiting) this.#send(client, one)
  }

  /** There is none. */
  pause(): void {
    this.#client = undefined
    this.#listen(false)
  }

  /** Takes nothing more; what waits fails. */
  close(reason: Error): void {
    this.#closed = reason
    this.pause()
    for (const one of this.#waiting) this.#end(one, reason)
  }

  #send(client: RedisClient, one: Waiting): void {
    const { sha, keys, parts, judge } = one.command
    if (this.#silence === undefined) this.#listen(true)
    client.evalSha(sha, { keys: [...keys], arguments: [...parts] }).then(
      (answer) => {
        if (client !== this.#client) return
        this.#listen(this.#waiting.size > 1)
        this.#judge(one, judge, answer)
      },
      (thrown: unknown) => {
        if (client !== this.#client) return
        const { passes, why } = redisTrouble(thrown)
        if (passes) this.#parts.failed(client, why)
        else this.#end(one, this.#parts.unavailable(thrown))
      },
    )
  }

  #judge(one: Waiting, judge: LetterCommand['judge'], answer: unknown): void {
    try {
      judge(answer)
      this.#end(one)
    } catch (thrown) {
      this.#end(one, thrown as Error) // a judge throws errors
    }
  }

  #end(one: Waiting, error?: Error): void {
    if (!this.#waiting.delete(one)) return
    this.#size -= one.size
    if (error === undefined) one.resolve()
    else one.reject(error)
    if (this.#waiting.size > 0) return
    this.#listen(false)
    clearTimeout(this.#patience)
    this.#patience = undefined
    this.#tellEmptied()
    this.#emptied = undefined
  }

  /** Whether an answer is expected from now on. */
  #listen(expected: boolean): void {
    clearTimeout(this.#silence)
    this.#silence = expected ? setTimeout(this.#heardNothing, this.#parts.answerMs) : undefined
  }

  readonly #heardNothing = (): void => {
    const [oldest] = this.#waiting
    // Where this process did not run for a while, the answer may be there and only not have been read.
    setImmediate(() => {
      if (this.#client === undefined || oldest === undefined || !this.#waiting.has(oldest)) return
      this.#parts.failed(this.#client, 'it has not answered in time')
    })
  }

  readonly #giveUpOldest = (): void => {
    setImmediate(() => {
      const now = performance.now()
      for (const one of this.#waiting) {
        if (one.until > now) break
        this.#end(one, this.#parts.unavailable())
      }
      const [oldest] = this.#waiting
      clearTimeout(this.#patience)
      this.#patience = oldest && setTimeout(this.#giveUpOldest, oldest.until - now)
    })
  }
}
