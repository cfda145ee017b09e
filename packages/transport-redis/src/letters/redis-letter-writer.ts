import { type EventEmitter, MillraceError } from '@millrace/contracts'
import { KeptConnection } from '../connection/kept-connection.js'
import type { RedisSettings } from '../connection/redis-settings.js'
import { redisUnavailable, silence } from '../connection/redis-trouble.js'
import { loadScripts } from '../connection/script.js'
import { settledWithin } from '../connection/settled-within.js'
import { letterKeys } from './letter-keys.js'
import { LetterQueue } from './letter-queue.js'
import { addLetterScript, dropLettersScript } from './letter-scripts.js'

/** What letters are written with. */
export interface RedisLetterWriterOptions {
  readonly settings: RedisSettings
  /** Who writes, for the CLIENT LIST of Redis. */
  readonly name: string
  /** How many there may be. */
  readonly maxLetters: number
  /** How long a letter may wait for Redis to confirm it, in milliseconds. @default 30_000 */
  readonly patienceMs?: number
  /** How long what is on its way may take when the writer is closed, in milliseconds. @default 5000 */
  readonly closeMs?: number
  /** Hears `backend.lost` and `backend.back`. */
  readonly events: EventEmitter
}

/** A letter as it is kept. */
export interface LetterToKeep {
  readonly id: string
  readonly text: string
  /** The id of the letter whose place it takes. */
  readonly replaces?: string | undefined
}

/** Writes dead letters into Redis, in the order in which it gets them. It never waits. */
export interface RedisLetterWriter {
  /**
   * Writes a letter; resolves when Redis has confirmed it.
   *
   * @throws MillraceError BACKEND_UNAVAILABLE: it is not confirmed. Where Redis has not answered it may be there all the same
   */
  add(letter: LetterToKeep): Promise<void>
  /** Drops a letter, behind all that has been written. @throws as `add` */
  drop(id: string): Promise<void>
  /** Resolves when nothing is on its way; undefined where nothing is. */
  readonly settled: Promise<void> | undefined
  /** Takes nothing more, and waits for a while for what is on its way; what is left then fails. */
  close(): Promise<void>
}

/** In characters: a process whose Redis is away must not be filled by what waits for it. */
const mostCharacters = 64 * 1024 * 1024

/** How long a connection may be silent, in milliseconds. */
const answerMs = 5000

/** Opens a writer of dead letters. @throws MillraceError BACKEND_UNAVAILABLE when Redis cannot be used */
export async function createRedisLetterWriter(options: RedisLetterWriterOptions): Promise<RedisLetterWriter> {
  const { settings, name, maxLetters, patienceMs = 30_000, closeMs = 5000, events } = options
  const keys = letterKeys(settings.keyPrefix)
  /** Why Redis is away now. */
  let away: string | undefined
  let closing: Promise<void> | undefined

  const queue = new LetterQueue({
    patienceMs,
    answerMs,
    mostCharacters,
    failed: (client, trouble) => connection.drop(client, trouble),
    refused: (trouble, thrown) => redisUnavailable(settings, trouble, thrown),
    tooLate: () => notConfirmed(settings, away, patienceMs),
    tooMuch: () => tooMuch(settings),
  })
  const connection = new KeptConnection({
    settings,
    name,
    prepare: (client) => loadScripts(client, addLetterScript, dropLettersScript),
    up(client) {
      away = undefined
      queue.begin(client)
    },
    down({ why }) {
      away = why
      queue.pause()
    },
    events,
  })
  await connection.open()

  async function close(): Promise<void> {
    await settledWithin(closeMs, queue.emptied)
    queue.close(new MillraceError('DI_CLOSED', 'the writer of dead letters was closed before Redis had confirmed this'))
    connection.close()
  }

  return {
    async add({ id, text, replaces = '' }) {
      await queue.add({
        script: addLetterScript,
        keys: [keys.stream, keys.entries, keys.gone(id), keys.gone(replaces)],
        parts: [id, text, String(maxLetters), replaces],
        judge(answer) {
          if (answer !== 1) throw full(settings, keys.stream, maxLetters)
        },
      })
    },
    async drop(id) {
      await queue.add({
        script: dropLettersScript,
        keys: [keys.stream, keys.entries, keys.gone(id)],
        parts: [id],
        judge: () => undefined,
      })
    },
    get settled() {
      return queue.emptied
    },
    close() {
      closing ??= close()
      return closing
    },
  }
}

function notConfirmed(settings: RedisSettings, away: string | undefined, patienceMs: number): MillraceError {
  const silent = silence(patienceMs)
  return redisUnavailable(settings, away === undefined ? silent : { ...silent, why: away })
}

function full(settings: RedisSettings, stream: string, maxLetters: number): MillraceError {
  return redisUnavailable(settings, {
    passes: false,
    why: `${stream} holds ${maxLetters} dead letters, which are as many as it may`,
    remedy: 'send them again or drop them, or raise dead_letters.max_letters',
  })
}

function tooMuch(settings: RedisSettings): MillraceError {
  return redisUnavailable(settings, {
    passes: true,
    why: `more than ${mostCharacters} characters of dead letters wait for it`,
    remedy: 'see why it is so slow, or is not there',
  })
}
