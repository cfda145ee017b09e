/**
 * What leaves this process, each entry once and in order, whatever becomes of the connection:
 *
 * 1. An entry is kept until Redis has said that it has it. It is sent at once where there is a connection.
 * 2. When there is a connection again, everything that is kept is sent again, in order. What was there already does nothing.
 * 3. Answers of an earlier connection count for nothing.
 * 4. A connection that has not answered for `answerMs` is given up: sending again costs nothing but time.
 */
import type { RedisClient } from '../connection/open-redis.js'
import { redisTrouble } from '../connection/redis-trouble.js'
import { appendScript } from './scripts.js'

/** An entry on its way. */
export interface Letter {
  /** The keys of the inbox: stream and numbers. */
  readonly keys: readonly [stream: string, numbers: string]
  /** Side, number, and the fields of the entry. */
  readonly parts: readonly (string | Buffer)[]
  /** Hears whether Redis has it; false when the inbox is gone, or something that was there before. */
  readonly answered: (there: boolean) => void
  /** Whether Redis may have it. */
  sent: boolean
}

/** What an outbox is made of. */
export interface OutboxParts {
  readonly answerMs: number
  /** Hears that a connection does not do what it should, and why. */
  readonly failed: (client: RedisClient, why: string) => void
}

/** Keeps what leaves until it is there. */
export class Outbox {
  readonly #parts: OutboxParts
  /** In the order in which they were posted. */
  readonly #kept = new Set<Letter>()
  #client: RedisClient | undefined
  #silence: NodeJS.Timeout | undefined
  #answers = 0
  #emptied: (() => void) | undefined

  constructor(parts: OutboxParts) {
    this.#parts = parts
  }

  post(letter: Letter): void {
    this.#kept.add(letter)
    if (this.#client !== undefined) this.#send(this.#client, letter)
  }

  /** It is not wanted any longer: it is not sent again, and nobody hears of it. */
  forget(letter: Letter): void {
    if (this.#kept.delete(letter)) this.#tellEmptied()
  }

  /** There is a connection. */
  begin(client: RedisClient): void {
    this.#client = client
    const { answerMs } = this.#parts
    this.#silence = setInterval(() => this.#judge(client, this.#answers), answerMs).unref()
    for (const letter of this.#kept) this.#send(client, letter)
  }

  /** There is none. */
  pause(): void {
    this.#client = undefined
    clearInterval(this.#silence)
  }

  /** Resolves when everything is there. */
  emptied(): Promise<void> {
    return new Promise((resolve) => {
      this.#emptied = resolve
      this.#tellEmptied()
    })
  }

  #send(client: RedisClient, letter: Letter): void {
    const { keys, parts } = letter
    letter.sent = true
    client.sendCommand<number>(['EVALSHA', appendScript.sha, '2', ...keys, ...parts]).then(
      (there) => this.#answered(client, letter, there === 1),
      (thrown: unknown) => this.#fail(client, redisTrouble(thrown).why),
    )
  }

  #answered(client: RedisClient, letter: Letter, there: boolean): void {
    if (client !== this.#client) return
    this.#answers++
    if (!this.#kept.delete(letter)) return
    letter.answered(there)
    this.#tellEmptied()
  }

  /** Looks, an `answerMs` later, whether anything of what waits now was answered. */
  #judge(client: RedisClient, answers: number): void {
    if (this.#kept.size === 0) return
    const [oldest] = this.#kept
    setTimeout(() => {
      setImmediate(() => {
        const waits = oldest !== undefined && this.#kept.has(oldest)
        if (waits && answers === this.#answers) this.#fail(client, 'it has not answered in time')
      })
    }, this.#parts.answerMs).unref()
  }

  #fail(client: RedisClient, why: string): void {
    if (client === this.#client) this.#parts.failed(client, why)
  }

  #tellEmptied(): void {
    if (this.#kept.size === 0) this.#emptied?.()
  }
}
