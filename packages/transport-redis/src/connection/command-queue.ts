import type { RedisClient } from './open-redis.js'
import { type RedisTrouble, redisTrouble, silence } from './redis-trouble.js'

/** What a queue is made of. */
export interface CommandQueueParts<Command> {
  /** How long a connection may be silent while something waits, in milliseconds. */
  readonly answerMs: number
  /** Says a command to Redis. */
  readonly send: (client: RedisClient, command: Command) => Promise<unknown>
  /** Redis has answered a command, which is kept until this returns. */
  readonly judge: (command: Command, answer: unknown) => void
  /** Redis refuses a command, and would again. @default the connection does not do what it should */
  readonly refused?: (command: Command, trouble: RedisTrouble, thrown: unknown) => void
  /** Hears that a connection does not do what it should. */
  readonly failed: (client: RedisClient, trouble: RedisTrouble) => void
}

/**
 * What Redis is told, each command once and in order, over connections that come and go.
 *
 * Q1  A command is sent at once where there is a connection, and kept until it is answered.
 * Q2  On each new connection all that are kept are sent again, in order; what Redis has done already does nothing.
 * Q3  Answers of an earlier connection count for nothing.
 * Q4  A connection on which nothing is answered for `answerMs` while something waits has failed.
 */
export class CommandQueue<Command> {
  readonly #parts: CommandQueueParts<Command>
  /** In their order. */
  readonly #kept = new Set<Command>()
  #client: RedisClient | undefined
  #silence: NodeJS.Timeout | undefined
  #emptied: Promise<void> | undefined
  #tellEmptied: () => void = () => undefined

  constructor(parts: CommandQueueParts<Command>) {
    this.#parts = parts
  }

  /** All that are kept, in their order. */
  get kept(): ReadonlySet<Command> {
    return this.#kept
  }

  /** Resolves when nothing is kept; undefined where nothing is. */
  get emptied(): Promise<void> | undefined {
    if (this.#kept.size === 0) return undefined
    this.#emptied ??= new Promise((resolve) => {
      this.#tellEmptied = resolve
    })
    return this.#emptied
  }

  add(command: Command): void {
    if (this.#kept.size === 0) this.#silence?.refresh()
    this.#kept.add(command)
    if (this.#client !== undefined) this.#send(this.#client, command)
  }

  /** It is not sent again, and not judged. @returns whether it was kept */
  forget(command: Command): boolean {
    const wasKept = this.#kept.delete(command)
    if (wasKept && this.#kept.size === 0) {
      this.#tellEmptied()
      this.#emptied = undefined
    }
    return wasKept
  }

  /** There is a connection. */
  begin(client: RedisClient): void {
    this.#client = client
    this.#silence = setTimeout(this.#heardNothing, this.#parts.answerMs).unref()
    for (const command of this.#kept) this.#send(client, command)
  }

  /** There is none. */
  pause(): void {
    this.#client = undefined
    clearTimeout(this.#silence)
    this.#silence = undefined
  }

  #send(client: RedisClient, command: Command): void {
    this.#parts.send(client, command).then(
      (answer) => this.#answered(client, command, answer),
      (thrown: unknown) => this.#failed(client, command, thrown),
    )
  }

  #answered(client: RedisClient, command: Command, answer: unknown): void {
    if (client !== this.#client) return
    this.#silence?.refresh()
    if (!this.#kept.has(command)) return
    this.#parts.judge(command, answer)
    this.forget(command)
  }

  #failed(client: RedisClient, command: Command, thrown: unknown): void {
    if (client !== this.#client) return
    const { refused, failed } = this.#parts
    const trouble = redisTrouble(thrown)
    if (trouble.passes || refused === undefined) failed(client, trouble)
    else if (this.#kept.has(command)) refused(command, trouble, thrown)
  }

  readonly #heardNothing = (): void => {
    const [oldest] = this.#kept
    const client = this.#client
    if (oldest === undefined || client === undefined) return
    // Where this process did not run for a while, the answer may be there and only not have been read.
    setImmediate(() => {
      if (client !== this.#client) return
      if (this.#kept.has(oldest)) this.#parts.failed(client, silence(this.#parts.answerMs))
      else this.#silence?.refresh()
    })
  }
}
