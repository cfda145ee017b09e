import { setTimeout as pause } from 'node:timers/promises'
import type { EventEmitter } from '@millrace/contracts'
import { backoffMs } from './backoff.js'
import { before, late, openRedis, type RedisClient } from './open-redis.js'
import type { RedisSettings } from './redis-settings.js'
import {
  asUnavailable,
  connectionClosed,
  type RedisTrouble,
  redisTrouble,
  redisUnavailable,
  silence,
} from './redis-trouble.js'

/** How long the first attempt may take, and each of those that follow a loss, in milliseconds. */
const firstMs = 5000
const laterMs = 1000

/** A connection that has stood for so long, in milliseconds, was made well: the next attempt need not wait longer than the first. */
const soundMs = 1000

/** What a connection is kept by. */
export interface KeptConnectionParts {
  readonly settings: RedisSettings
  /** What it is called in the CLIENT LIST of Redis. */
  readonly name: string
  /** It is there: asks what must be asked before it is used. What it throws gives the connection up, and another is made. */
  readonly prepare: (client: RedisClient) => Promise<unknown>
  /** It is prepared, and may be used until `down`. */
  readonly up: (client: RedisClient) => void
  /** It is gone; another is made, unless it was closed. */
  readonly down: (trouble: RedisTrouble) => void
  /** How long the next attempt to make another may take, in milliseconds. @default 1000 */
  readonly laterMs?: () => number
  /** An attempt to make another has failed; the next follows, unless it is closed now. */
  readonly notAgain?: (thrown: unknown) => void
  /** Hears `backend.lost` and `backend.back`. @default nobody hears of them */
  readonly events?: EventEmitter
}

/**
 * A connection to Redis that is made again whenever it is lost, until it is closed.
 *
 * Only one is ever in use; what becomes of an older one is not listened to.
 */
export class KeptConnection {
  readonly #parts: KeptConnectionParts
  readonly #facts: Readonly<Record<string, string>>
  readonly #closing = new AbortController()
  #client: RedisClient | undefined
  #since = 0
  #attempts = 0

  constructor(parts: KeptConnectionParts) {
    this.#parts = parts
    this.#facts = { backend: 'redis', url: parts.settings.url }
  }

  /** The connection, where there is one now. */
  get client(): RedisClient | undefined {
    return this.#client
  }

  /**
   * Connects for the first time.
   *
   * @param deadlineMs how long that may take, in milliseconds
   * @throws MillraceError BACKEND_UNAVAILABLE
   */
  async open(deadlineMs: number = firstMs): Promise<void> {
    const connected = this.#connect(deadlineMs)
    this.#use(await connected.catch((thrown) => Promise.reject(asUnavailable(this.#parts.settings, thrown))))
  }

  /** Gives a connection up that does not do what it should; another is made. */
  drop(client: RedisClient, trouble: RedisTrouble): void {
    if (client !== this.#client) return
    this.#forget(client, trouble)
    if (this.#closing.signal.aborted) return
    this.#parts.events?.emit('backend.lost', { ...this.#facts, reason: trouble.why })
    void this.#openAgain()
  }

  /** Closes it at once. */
  close(): void {
    this.#closing.abort()
    if (this.#client !== undefined) this.#forget(this.#client, connectionClosed)
  }

  async #connect(deadlineMs: number): Promise<RedisClient> {
    const { settings, name, prepare } = this.#parts
    const { signal } = this.#closing
    const until = performance.now() + deadlineMs
    const client = await openRedis(settings, { name, deadlineMs, reconnect: false, signal })
    try {
      client.on('error', (thrown) => this.drop(client, redisTrouble(thrown)))
      await before(until, signal, prepare(client))
      signal.throwIfAborted()
      if (!client.isReady) throw new Error(connectionClosed.why)
      return client
    } catch (thrown) {
      destroy(client)
      throw thrown === late ? redisUnavailable(settings, silence(deadlineMs)) : thrown
    }
  }

  #use(client: RedisClient): void {
    this.#client = client
    this.#since = performance.now()
    this.#parts.up(client)
  }

  #forget(client: RedisClient, trouble: RedisTrouble): void {
    this.#client = undefined
    destroy(client)
    if (performance.now() - this.#since > soundMs) this.#attempts = 0
    this.#parts.down(trouble)
  }

  async #openAgain(): Promise<void> {
    const client = await this.#nextClient()
    if (client === undefined) return
    this.#parts.events?.emit('backend.back', this.#facts)
    this.#use(client)
  }

  /** Tries until there is one; undefined when it is closed. */
  async #nextClient(): Promise<RedisClient | undefined> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      try {
        await pause(backoffMs(this.#attempts++), undefined, { signal })
        return await this.#connect(this.#parts.laterMs?.() ?? laterMs)
      } catch (thrown) {
        if (!signal.aborted) this.#parts.notAgain?.(thrown)
      }
    }
    return undefined
  }
}

function destroy(client: RedisClient): void {
  if (client.isOpen) client.destroy()
}
