import { type EventEmitter, isMillraceError, type MillraceError } from '@millrace/contracts'
import { KeptConnection } from '../connection/kept-connection.js'
import { late, type RedisClient } from '../connection/open-redis.js'
import type { RedisSettings } from '../connection/redis-settings.js'
import {
  asUnavailable,
  type RedisTrouble,
  redisTrouble,
  redisUnavailable,
  silence,
} from '../connection/redis-trouble.js'
import { loadScripts } from '../connection/script.js'
import { commitScript } from './commit-script.js'

/** What the connection of a store is made of. */
export interface StoreConnectionParts {
  readonly settings: RedisSettings
  /** What it is called in the CLIENT LIST of Redis. */
  readonly name: string
  /** How long it is tried again, in milliseconds, from the last answer on. */
  readonly retryMs: number
  /** How long an answer may take before the connection is given up, in milliseconds. @default 10_000 */
  readonly answerMs?: number
  /** Hears `backend.lost` and `backend.back`. */
  readonly events: EventEmitter
}

/** Hears what becomes of a connection. */
export interface StoreConnectionListener {
  /** There is one, and it may be used until `down`. */
  readonly up: (client: RedisClient) => void
  /** It is gone; there may be another. */
  readonly down: () => void
  /** It has ended for good, and why. */
  readonly ended: (error: MillraceError) => void
}

/** Long enough for much state from a busy server. */
const defaultAnswerMs = 10_000

/** A process that did not run for long has heard no answer for long, and tries once all the same. */
const shortestTryMs = 1000

/**
 * The connection of a store, which ends for good where it is of no use to go on:
 *
 *     open ⇄ away → ended
 *
 * It is away for as long as troubles pass, and until nothing has been answered for `retryMs`.
 */
export class StoreConnection {
  readonly #parts: Required<StoreConnectionParts>
  readonly #kept: KeptConnection
  readonly #whenBack: (() => void)[] = []
  #listener: StoreConnectionListener | undefined
  #lastAnswer = performance.now()
  /** Whether a connection was made since the last answer. */
  #isTried = false
  #error: MillraceError | undefined

  constructor(parts: StoreConnectionParts) {
    this.#parts = { answerMs: defaultAnswerMs, ...parts }
    this.#kept = new KeptConnection({
      ...parts,
      prepare: (client) => loadScripts(client, commitScript),
      up: (client) => this.#up(client),
      down: (trouble) => this.#down(trouble),
      laterMs: () => Math.ceil(Math.max(this.#leftMs, shortestTryMs)),
      notAgain: (thrown) => this.#notAgain(thrown),
    })
  }

  /** The connection, where there is one now. */
  get client(): RedisClient | undefined {
    return this.#kept.client
  }

  /** Connects for the first time, within a time in milliseconds. @throws MillraceError BACKEND_UNAVAILABLE */
  open(deadlineMs: number): Promise<void> {
    return this.#kept.open(deadlineMs)
  }

  /**
   * Asks for something, again on the next connection when one is lost meanwhile or does not answer.
   *
   * @throws MillraceError what the connection has ended with
   */
  async ask<T>(question: (client: RedisClient) => Promise<T>): Promise<T> {
    for (;;) {
      if (this.#error !== undefined) throw this.#error
      const { client } = this
      if (client === undefined) {
        await new Promise<void>((resolve) => this.#whenBack.push(resolve))
        continue
      }
      try {
        const answer = await inTime(question(client), this.#parts.answerMs)
        this.answered()
        return answer
      } catch (thrown) {
        this.#failed(client, thrown)
      }
    }
  }

  /** Names who hears what becomes of it, and what is so already; there is one. */
  listen(listener: StoreConnectionListener): void {
    this.#listener = listener
    const error = this.#error
    if (error !== undefined) queueMicrotask(() => listener.ended(error))
    else if (this.client !== undefined) listener.up(this.client)
  }

  /** Something was answered. */
  answered(): void {
    this.#lastAnswer = performance.now()
    this.#isTried = false
  }

  /** Gives a connection up that does not do what it should; another is made. */
  drop(client: RedisClient, trouble: RedisTrouble): void {
    this.#kept.drop(client, trouble)
  }

  /** Ends it for good; without an effect where it has ended. */
  end(error: MillraceError): void {
    if (this.#error !== undefined) return
    this.#error = error
    this.#kept.close()
    this.#tellWaiting()
    this.#listener?.ended(error)
  }

  get #leftMs(): number {
    return this.#lastAnswer + this.#parts.retryMs - performance.now()
  }

  #up(client: RedisClient): void {
    this.#isTried = true
    this.#listener?.up(client)
    this.#tellWaiting()
  }

  #down(trouble: RedisTrouble): void {
    this.#listener?.down()
    if (!trouble.passes || (this.#isTried && this.#leftMs <= 0))
      this.end(redisUnavailable(this.#parts.settings, trouble))
  }

  #notAgain(thrown: unknown): void {
    // It has tried for as long as it may.
    const isOver = isMillraceError(thrown) || this.#leftMs <= 0
    if (isOver || !redisTrouble(thrown).passes) this.end(asUnavailable(this.#parts.settings, thrown))
  }

  #failed(client: RedisClient, thrown: unknown): void {
    const trouble = thrown === late ? silence(this.#parts.answerMs) : redisTrouble(thrown)
    if (trouble.passes) this.drop(client, trouble)
    else if (client === this.client) this.end(redisUnavailable(this.#parts.settings, trouble, thrown))
  }

  #tellWaiting(): void {
    for (const resolve of this.#whenBack.splice(0)) resolve()
  }
}

/** Rejects with `late` when there is no answer after so many milliseconds. */
function inTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    // Where this process did not run for a while, the answer may be there and only not have been read.
    const timer = setTimeout(() => setImmediate(() => reject(late)), ms)
    void answer.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
