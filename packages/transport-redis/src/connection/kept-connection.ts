import { setTimeout as pause } from 'node:timers/promises'
import { createEventEmitter } from '@millrace/contracts'
import { openRedis, type RedisClient } from './open-redis.js'
import type { RedisSettings } from './redis-settings.js'
import { redisTrouble } from './redis-trouble.js'

/** The first wait before another attempt to connect, and the longest, in milliseconds. */
const firstPauseMs = 50
const longestPauseMs = 1000

/** How long the first attempt may take, and each of those that follow a loss, in milliseconds. */
const firstDeadlineMs = 5000
const laterDeadlineMs = 1000

/** What a kept connection is made of. */
export interface KeptConnectionParts {
  readonly settings: RedisSettings
  /** What it is called in the CLIENT LIST of Redis. */
  readonly name: string
  /** It is there: asks what must be asked before it is used. What it throws gives the connection up, and another is made. */
  readonly prepare: (client: RedisClient) => Promise<void>
  /** It is prepared, and may be used until `down`. */
  readonly up: (client: RedisClient) => void
  /** It is gone; another is made. */
  readonly down: (why: string) => void
}

/** A connection to Redis that is made again whenever it is lost, until it is closed. */
export class KeptConnection {
  readonly #parts: KeptConnectionParts
  readonly #closing = new AbortController()
  #client: RedisClient | undefined
  #lost: (why: string) => void = () => undefined

  constructor(parts: KeptConnectionParts) {
    this.#parts = parts
  }

  /** Connects for the first time. @throws MillraceError BACKEND_UNAVAILABLE */
  async open(): Promise<void> {
    const connected = await this.#connect(firstDeadlineMs)
    void this.#keep(connected)
  }

  /** Gives a connection up that does not do what it should; another is made. */
  drop(client: RedisClient, why: string): void {
    if (client === this.#client) this.#lost(why)
  }

  /** Closes it at once. */
  close(): void {
    this.#closing.abort()
    this.#lost('it was closed')
  }

  /** Connects, and lets it be used. */
  async #connect(deadlineMs: number): Promise<Connected> {
    const { settings, name, prepare, up } = this.#parts
    // Whoever keeps two of them says once that Redis is away.
    const client = await openRedis(settings, { name, deadlineMs, reconnect: false, events: createEventEmitter() })
    const lost = new Promise<string>((resolve) => {
      this.#lost = resolve
      client.on('error', (thrown) => resolve(redisTrouble(thrown).why))
      if (!client.isReady) resolve('the connection was closed')
    })
    try {
      this.#closing.signal.throwIfAborted()
      await prepare(client)
      this.#closing.signal.throwIfAborted()
    } catch (thrown) {
      destroy(client)
      throw thrown
    }
    this.#client = client
    up(client)
    return { lost }
  }

  async #keep(first: Connected): Promise<void> {
    let connected: Connected | undefined = first
    let pauseMs = firstPauseMs
    while (!this.#closing.signal.aborted) {
      if (connected !== undefined) {
        const why = await connected.lost
        this.#forget()
        this.#parts.down(why)
        pauseMs = firstPauseMs
      }
      connected = await this.#again(pauseMs)
      pauseMs = Math.min(2 * pauseMs, longestPauseMs)
    }
    this.#forget()
  }

  async #again(pauseMs: number): Promise<Connected | undefined> {
    try {
      await pause(pauseMs * (0.5 + Math.random() / 2), undefined, { signal: this.#closing.signal })
      return await this.#connect(laterDeadlineMs)
    } catch {
      // The next attempt may do better; who waits for it has a deadline of its own.
      return undefined
    }
  }

  #forget(): void {
    if (this.#client !== undefined) destroy(this.#client)
    this.#client = undefined
  }
}

/** A connection that is used; `lost` resolves with the reason when it is so no longer. */
interface Connected {
  readonly lost: Promise<string>
}

function destroy(client: RedisClient): void {
  if (client.isOpen) client.destroy()
}
