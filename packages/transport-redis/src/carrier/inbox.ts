/**
 * The inbox of one process, and its two connections to Redis.
 *
 * 1. It is made before anybody is told of it. It lives for `inboxMs` and is kept alive by its process, so nothing stays of a
 *    process that was killed; one that closes removes it.
 * 2. One connection sends, the other waits in XREAD. Either is made again when it is lost, or does not answer. Meanwhile what is
 *    to be sent waits; when that has lasted for `retryMs`, all is `gone`.
 * 3. An inbox that Redis has forgotten is made anew, and all is `gone` too: nobody knows what was in it. Where another is not
 *    there, this one may be forgotten as well.
 */
import type { EventEmitter } from '@millrace/contracts'
import type { WireClock } from '@millrace/wire'
import { KeptConnection } from '../connection/kept-connection.js'
import type { RedisClient } from '../connection/open-redis.js'
import { redisKeys } from '../connection/redis-keys.js'
import type { RedisSettings } from '../connection/redis-settings.js'
import { type RedisTrouble, redisTrouble } from '../connection/redis-trouble.js'
import { loadScripts } from '../connection/script.js'
import { settledWithin } from '../connection/settled-within.js'
import { type EntryHead, entryFields, type InboxEntry, readEntry } from './inbox-entry.js'
import { InboxReader } from './inbox-reader.js'
import { createOutbox, type Letter, type Outbox } from './outbox.js'
import { appendScript, keepScript } from './scripts.js'

/** How long XREAD waits at most, in milliseconds. */
const longestBlockMs = 5000

/** How often it is looked after, in milliseconds: so soon it is known that it was forgotten, or that Redis takes nothing. */
const renewMs = 5000

/** How long what is last asked of Redis may take, in milliseconds. */
const farewellMs = 1000

/** What an inbox is made with. */
export interface InboxSettings {
  readonly redis: RedisSettings
  readonly events: EventEmitter
  readonly clock: WireClock
  readonly ttlMs: number
  /** How long Redis may be away before all is given up, in milliseconds. */
  readonly retryMs: number
}

/** Who hears of an inbox. */
export interface InboxOwner {
  /** An entry has come, whose data are views that are valid only during the call. */
  take(entry: InboxEntry): void
  /** Whatever is under way, from or to this process, is lost. */
  gone(): void
}

/** Takes and sends the entries of a process. */
export class Inbox {
  readonly name: string
  readonly #settings: InboxSettings
  readonly #owner: InboxOwner
  readonly #inboxMs: number
  readonly #outbox: Outbox
  readonly #reader: InboxReader
  readonly #sending: KeptConnection
  readonly #reading: KeptConnection
  #phase: 'new' | 'open' | 'closed' = 'new'
  #away = 0
  #renewal: NodeJS.Timeout | undefined
  #patience: NodeJS.Timeout | undefined

  constructor(name: string, settings: InboxSettings, owner: InboxOwner) {
    const { redis, clock, ttlMs, retryMs } = settings
    this.name = name
    this.#settings = settings
    this.#owner = owner
    this.#inboxMs = Math.max(120_000, 4 * retryMs)
    this.#outbox = createOutbox((client, trouble) => this.#sending.drop(client, trouble))
    this.#reader = new InboxReader({
      stream: this.#keysOf(name)[0],
      blockMs: Math.max(1, Math.min(longestBlockMs, Math.floor(ttlMs / 8))),
      now: () => clock.monotonic(),
      take: (fields) => this.#take(fields),
      failed: (client, trouble) => this.#reading.drop(client, trouble),
    })
    this.#sending = new KeptConnection({
      settings: redis,
      name: `millrace ${name} sends`,
      prepare: (client) => this.#prepare(client),
      up: (client) => this.#up(() => this.#outbox.begin(client)),
      down: (trouble) => this.#down(trouble, () => this.#outbox.pause()),
    })
    this.#reading = new KeptConnection({
      settings: redis,
      name: `millrace ${name} reads`,
      prepare: async () => undefined,
      up: (client) => this.#up(() => this.#reader.begin(client)),
      down: (trouble) => this.#down(trouble, () => this.#reader.pause()),
    })
  }

  /** A monotonic time at which it held nothing unread. */
  get lastEmpty(): number {
    return this.#reader.lastEmpty
  }

  /** Makes it, and begins to read. @throws MillraceError BACKEND_UNAVAILABLE */
  async open(): Promise<void> {
    this.#away = 2
    try {
      await this.#sending.open()
      await this.#reading.open()
    } catch (thrown) {
      this.#phase = 'closed'
      this.#sending.close()
      throw thrown
    }
    if (this.#phase === 'closed') return
    this.#phase = 'open'
    this.#renewal = setInterval(() => this.#renew(), renewMs).unref()
  }

  /** Puts an entry into an inbox. @returns what takes it back */
  post(inbox: string, head: EntryHead, data: readonly Buffer[], answered: (there: boolean) => void): Letter {
    const letter: Letter = {
      keys: this.#keysOf(inbox),
      parts: [head.to, String(head.number), ...entryFields(head, data)],
      answered: (there) => {
        if (!there) this.#renew()
        answered(there)
      },
      sent: false,
    }
    this.#outbox.add(letter)
    return letter
  }

  /** Takes an entry back that Redis may not have yet. */
  recall(letter: Letter): void {
    this.#outbox.forget(letter)
  }

  /** Sends what is to be sent, removes it and closes both connections. */
  async close(): Promise<void> {
    const wasOpen = this.#phase === 'open'
    this.#phase = 'closed'
    clearInterval(this.#renewal)
    clearTimeout(this.#patience)
    this.#reading.close()
    if (wasOpen) {
      await settledWithin(farewellMs, this.#outbox.emptied)
      await settledWithin(farewellMs, this.#sending.client?.sendCommand(['DEL', ...this.#keysOf(this.name)]))
    }
    this.#sending.close()
  }

  #keysOf(inbox: string): readonly [stream: string, numbers: string] {
    const { of } = redisKeys(this.#settings.redis.keyPrefix)
    return [of('in', inbox), of('in', inbox, 'numbers')]
  }

  async #prepare(client: RedisClient): Promise<void> {
    await loadScripts(client, appendScript, keepScript)
    await this.#keep(client)
  }

  /** Keeps the inbox for another while. */
  async #keep(client: RedisClient): Promise<void> {
    const there = await client.sendCommand<number>([
      'EVALSHA',
      keepScript.sha,
      '2',
      ...this.#keysOf(this.name),
      String(this.#inboxMs),
    ])
    if (there === 1 || this.#phase !== 'open') return
    this.#reader.startOver()
    this.#tell('it has forgotten what it held')
    if (this.#away === 0) this.#tellBack()
    this.#owner.gone()
  }

  #renew(): void {
    const { client } = this.#sending
    if (client === undefined || this.#phase === 'closed') return
    this.#keep(client).catch((thrown: unknown) => this.#sending.drop(client, redisTrouble(thrown)))
  }

  #up(begin: () => void): void {
    this.#away--
    if (this.#phase === 'open' && this.#away === 0) {
      clearTimeout(this.#patience)
      this.#tellBack()
    }
    begin()
  }

  #down({ why }: RedisTrouble, pause: () => void): void {
    pause()
    if (this.#phase === 'closed') return
    if (this.#away++ > 0) return
    this.#tell(why)
    this.#patience = setTimeout(() => setImmediate(() => this.#giveUp(why)), this.#settings.retryMs)
  }

  #giveUp(why: string): void {
    if (this.#away === 0 || this.#phase === 'closed') return
    this.#settings.events.emit('backend.lost', { backend: 'redis', reason: why, code: 'BACKEND_UNAVAILABLE' })
    this.#owner.gone()
  }

  #tellBack(): void {
    this.#settings.events.emit('backend.back', { backend: 'redis' })
  }

  #tell(reason: string): void {
    this.#settings.events.emit('backend.lost', { backend: 'redis', reason })
  }

  #take(fields: readonly Buffer[]): void {
    const entry = readEntry(fields)
    if (entry === undefined) this.#settings.events.emit('security.refused', { code: 'SEC_FRAME_MALFORMED' })
    else this.#owner.take(entry)
  }
}
