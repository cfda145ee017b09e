import { askedWithin } from '../connection/asked-within.js'
import { openRedis, type RedisClient } from '../connection/open-redis.js'
import type { RedisSettings } from '../connection/redis-settings.js'
import { loadScripts } from '../connection/script.js'
import { letterKeys } from './letter-keys.js'
import { dropLettersScript } from './letter-scripts.js'

/** What letters are looked after with. */
export interface OpenRedisLettersOptions {
  /** How long Redis may take to be there, and for each answer, in milliseconds. @default 5000 */
  readonly deadlineMs?: number
}

/** An entry of the stream. */
export interface LetterEntry {
  /** What Redis calls it: `1764405000000-0`. */
  readonly entry: string
  /** Undefined where it is no letter, as is `text`. */
  readonly id: string | undefined
  readonly text: string | undefined
}

/** The dead letters of an application, for who looks after them while others write. */
export interface RedisLetters {
  /** Where they are, for people. */
  readonly place: string
  /** All entries, the oldest first, some at a time. @throws MillraceError BACKEND_UNAVAILABLE */
  entries(): AsyncIterable<LetterEntry>
  /** The text of a letter; undefined where there is none of that id. @throws MillraceError BACKEND_UNAVAILABLE */
  text(id: string): Promise<string | undefined>
  /** Drops letters; one that is not there is none. @throws MillraceError BACKEND_UNAVAILABLE; some may be dropped then */
  drop(ids: readonly string[]): Promise<void>
  close(): void
}

/** A payload may have a megabyte. */
const entriesAtOnce = 50
const dropsAtOnce = 500

/** Connects to the dead letters in Redis. @throws MillraceError BACKEND_UNAVAILABLE within the deadline */
export async function openRedisLetters(
  settings: RedisSettings,
  { deadlineMs = 5000 }: OpenRedisLettersOptions = {},
): Promise<RedisLetters> {
  const keys = letterKeys(settings.keyPrefix)
  const client = await openRedis(settings, { name: 'millrace:dead-letters', deadlineMs })

  function ask<T>(question: (client: RedisClient) => Promise<T>): Promise<T> {
    return askedWithin(deadlineMs, settings, client, question)
  }

  function close(): void {
    if (client.isOpen) client.destroy()
  }

  return {
    place: `${keys.stream} of the Redis at ${settings.url}`,
    async *entries() {
      for (let from = '-'; ; ) {
        const page = await ask((redis) => redis.xRange(keys.stream, from, '+', { COUNT: entriesAtOnce }))
        for (const { id: entry, message } of page) yield { entry, id: message.id, text: message.letter }
        const last = page.at(-1)
        if (last === undefined) return
        from = `(${last.id}`
      }
    },
    async text(id) {
      const entry = await ask((redis) => redis.hGet(keys.entries, id))
      if (entry === null) return undefined
      const [found] = await ask((redis) => redis.xRange(keys.stream, entry, entry))
      return found?.message.letter
    },
    async drop(ids) {
      if (ids.length > 0) await ask((redis) => loadScripts(redis, dropLettersScript))
      for (let at = 0; at < ids.length; at += dropsAtOnce) {
        const some = ids.slice(at, at + dropsAtOnce)
        const names = [keys.stream, keys.entries, ...some.map(keys.gone)]
        await ask((redis) => redis.evalSha(dropLettersScript.sha, { keys: names, arguments: some }))
      }
    },
    close,
  }
}
