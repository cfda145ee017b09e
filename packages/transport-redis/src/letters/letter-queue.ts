import { CommandQueue, type CommandQueueParts } from '../connection/command-queue.js'
import type { RedisClient } from '../connection/open-redis.js'
import type { RedisTrouble } from '../connection/redis-trouble.js'
import type { Script } from '../connection/script.js'

/** Something that Redis is told about letters. */
export interface LetterCommand {
  readonly script: Script
  readonly keys: readonly string[]
  readonly parts: readonly string[]
  /** Redis has done it. @throws what it is refused with, by what Redis has answered */
  readonly judge: (answer: unknown) => void
}

/** What a queue of letters is made of. */
export interface LetterQueueParts extends Pick<CommandQueueParts<unknown>, 'answerMs' | 'failed'> {
  /** How long something may wait for its answer, in milliseconds, however often it is sent. */
  readonly patienceMs: number
  /** How much may wait, in characters. */
  readonly mostCharacters: number
  /** What something fails with that Redis refuses. */
  readonly refused: (trouble: RedisTrouble, thrown: unknown) => Error
  /** What something fails with that has waited too long. */
  readonly tooLate: () => Error
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
 * What is said to Redis about letters. What is refused fails alone; what has waited for too long fails, and so does what is too
 * much.
 */
export class LetterQueue {
  readonly #parts: LetterQueueParts
  readonly #queue: CommandQueue<Waiting>
  #size = 0
  #patience: NodeJS.Timeout | undefined
  #closed: Error | undefined

  constructor(parts: LetterQueueParts) {
    this.#parts = parts
    const { answerMs, failed, refused } = parts
    this.#queue = new CommandQueue<Waiting>({
      answerMs,
      send: (client, { command: { script, keys, parts: said } }) =>
        client.evalSha(script.sha, { keys: [...keys], arguments: [...said] }),
      judge: (one, answer) => this.#judge(one, answer),
      refused: (one, trouble, thrown) => this.#end(one, refused(trouble, thrown)),
      failed,
    })
  }

  /** Resolves when Redis has done it. */
  add(command: LetterCommand): Promise<void> {
    const size = command.parts.reduce((sum, part) => sum + part.length, 0)
    if (this.#closed !== undefined) return Promise.reject(this.#closed)
    if (this.#size + size > this.#parts.mostCharacters) return Promise.reject(this.#parts.tooMuch())
    return new Promise((resolve, reject) => {
      const { patienceMs } = this.#parts
      this.#size += size
      this.#patience ??= setTimeout(this.#giveUpOldest, patienceMs)
      this.#queue.add({ command, size, until: performance.now() + patienceMs, resolve, reject })
    })
  }

  /** Resolves when nothing waits; undefined where nothing does. */
  get emptied(): Promise<void> | undefined {
    return this.#queue.emptied
  }

  /** There is a connection. */
  begin(client: RedisClient): void {
    this.#queue.begin(client)
  }

  /** There is none. */
  pause(): void {
    this.#queue.pause()
  }

  /** Takes nothing more; what waits fails. */
  close(reason: Error): void {
    this.#closed = reason
    for (const one of this.#queue.kept) this.#end(one, reason)
  }

  #judge(one: Waiting, answer: unknown): void {
    try {
      one.command.judge(answer)
      this.#end(one)
    } catch (thrown) {
      this.#end(one, thrown as Error) // a judge throws errors
    }
  }

  #end(one: Waiting, error?: Error): void {
    if (!this.#queue.forget(one)) return
    this.#size -= one.size
    if (error === undefined) one.resolve()
    else one.reject(error)
    if (this.#queue.kept.size > 0) return
    clearTimeout(this.#patience)
    this.#patience = undefined
  }

  readonly #giveUpOldest = (): void => {
    setImmediate(() => {
      const now = performance.now()
      for (const one of this.#queue.kept) {
        if (one.until > now) break
        this.#end(one, this.#parts.tooLate())
      }
      const [oldest] = this.#queue.kept
      clearTimeout(this.#patience)
      this.#patience = oldest && setTimeout(this.#giveUpOldest, oldest.until - now)
    })
  }
}
