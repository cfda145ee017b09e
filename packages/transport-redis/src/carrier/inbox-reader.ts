/**
 * Reads the inbox of this process.
 *
 * 1. XREAD waits in Redis until something is there. What it brings is handed over before the next is asked for.
 * 2. The id of the last entry that was taken is remembered here alone: after a lost connection the reading goes on behind it, so
 *    nothing is taken twice, whether it was deleted or not.
 * 3. What was taken is deleted now and then, ahead of the next XREAD, on the same connection.
 * 4. An answer that is not full has brought everything that was there when it was asked for: since then nothing is unread.
 */
import { RESP_TYPES } from '@redis/client'
import type { RedisClient } from '../connection/open-redis.js'
import { type RedisTrouble, redisTrouble, silence } from '../connection/redis-trouble.js'

/** So many entries are read at once. */
export const readCount = 64

/** After so many bytes or entries, what was taken is deleted. */
const trimBytes = 262_144
const trimEntries = 256

/** How long an answer may take, beyond the time that XREAD waits, in milliseconds. */
const answerMs = 10_000

/** What XREAD answers: for the one stream, its entries, each an id and its fields. */
type Answer = readonly [readonly [stream: Buffer, entries: Entries]]
type Entries = readonly (readonly [id: Buffer, fields: readonly Buffer[] | null])[]

const asBuffers = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } } as const

/** What a reader is made of. */
export interface InboxReaderParts {
  readonly stream: string
  /** How long XREAD waits, in milliseconds. */
  readonly blockMs: number
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  /** Takes the fields of an entry, views that are valid only during the call. */
  readonly take: (fields: readonly Buffer[]) => void
  /** Hears that a connection does not do what it should. */
  readonly failed: (client: RedisClient, trouble: RedisTrouble) => void
}

/** Takes one entry after the other. */
export class InboxReader {
  readonly #parts: InboxReaderParts
  readonly #command: readonly string[]
  #client: RedisClient | undefined
  #last = '0-0'
  #asked = 0
  #lastEmpty: number
  #takenEntries = 0
  #takenBytes = 0

  constructor(parts: InboxReaderParts) {
    this.#parts = parts
    this.#command = ['XREAD', 'COUNT', String(readCount), 'BLOCK', String(parts.blockMs), 'STREAMS', parts.stream]
    this.#lastEmpty = parts.now()
  }

  /** A monotonic time at which the inbox held nothing unread. */
  get lastEmpty(): number {
    return this.#lastEmpty
  }

  /** The inbox was made anew: its ids may begin anywhere. */
  startOver(): void {
    this.#last = '0-0'
  }

  /** There is a connection: reads until `pause`. */
  begin(client: RedisClient): void {
    this.#client = client
    void this.#read(client)
  }

  /** There is none, or nothing more is wanted. */
  pause(): void {
    this.#client = undefined
  }

  async #read(client: RedisClient): Promise<void> {
    const patience = setTimeout(() => this.#judge(client, this.#asked), this.#parts.blockMs + answerMs)
    while (client === this.#client) {
      const askedAt = this.#parts.now()
      this.#asked++
      patience.refresh()
      const entries = await this.#ask(client)
      if (entries === undefined || client !== this.#client) break
      for (const [id, fields] of entries) this.#take(id.toString('latin1'), fields ?? [])
      if (entries.length < readCount) this.#lastEmpty = askedAt
      this.#trim(client, entries.length === 0)
    }
    clearTimeout(patience)
  }

  /** Undefined when the connection has failed. */
  async #ask(client: RedisClient): Promise<Entries | undefined> {
    try {
      const answer = await client.sendCommand<Answer | null>([...this.#command, this.#last], asBuffers)
      return answer?.[0][1] ?? []
    } catch (thrown) {
      if (client === this.#client) this.#parts.failed(client, redisTrouble(thrown))
      return undefined
    }
  }

  /** This process may have been the slow one: what waits in the socket is read before it is judged. */
  #judge(client: RedisClient, asked: number): void {
    setImmediate(() => {
      if (client === this.#client && asked === this.#asked)
        this.#parts.failed(client, silence(this.#parts.blockMs + answerMs))
    })
  }

  #take(id: string, fields: readonly Buffer[]): void {
    this.#last = id
    this.#takenEntries++
    for (const { length } of fields) this.#takenBytes += length
    this.#parts.take(fields)
  }

  #trim(client: RedisClient, idle: boolean): void {
    const due = this.#takenBytes >= trimBytes || this.#takenEntries >= trimEntries
    if (!due && (!idle || this.#takenEntries === 0)) return
    this.#takenBytes = 0
    this.#takenEntries = 0
    const [ms = '0', sequence = '0'] = this.#last.split('-')
    client.sendCommand(['XTRIM', this.#parts.stream, 'MINID', `${ms}-${BigInt(sequence) + 1n}`]).catch((thrown) => {
      if (client === this.#client) this.#parts.failed(client, redisTrouble(thrown))
    })
  }
}
