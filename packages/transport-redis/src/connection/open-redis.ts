import { setTimeout as pause } from 'node:timers/promises'
import { type EventEmitter, isMillraceError } from '@millrace/contracts'
import { createClient, type RedisClientType } from '@redis/client'
import { backoffMs } from './backoff.js'
import type { RedisSettings } from './redis-settings.js'
import { type RedisTrouble, redisTrouble, redisUnavailable } from './redis-trouble.js'

/** A connection to Redis, with all of its commands. While it is lost, whatever is asked for fails at once. */
export type RedisClient = RedisClientType

/** What a connection can be told. */
export interface OpenRedisOptions {
  /** What it is called in the CLIENT LIST of Redis. @default millrace */
  readonly name?: string
  /** How long it may take to be there, in milliseconds: a server that starts meanwhile is waited for. @default 5000 */
  readonly deadlineMs?: number
  /** Whether a connection that is lost is made again by itself, for as long as it takes. @default true */
  readonly reconnect?: boolean
  /** Ends the attempts, with its reason; without an effect on a connection that is there. */
  readonly signal?: AbortSignal
  /** Hears `backend.lost` and `backend.back`. @default nobody hears of them */
  readonly events?: EventEmitter
}

/**
 * Connects to Redis. The connection answers when the promise resolves; whoever asked for it closes it.
 *
 * @throws MillraceError BACKEND_UNAVAILABLE within the deadline, when Redis cannot be reached, does not answer, refuses user or
 * password, or is older than 6.2
 */
export async function openRedis(settings: RedisSettings, options: OpenRedisOptions = {}): Promise<RedisClient> {
  const { deadlineMs = 5000, signal } = options
  const until = performance.now() + deadlineMs
  let earlier: RedisTrouble | undefined
  for (let attempt = 0; ; attempt++) {
    const connection = connectionOf(settings, options)
    try {
      return await before(until, signal, connection.open())
    } catch (thrown) {
      if (connection.client.isOpen) connection.client.destroy()
      signal?.throwIfAborted()
      if (isMillraceError(thrown)) throw thrown
      // The last attempt may end with the deadline, and then the one before it says more.
      const trouble = thrown === late ? (earlier ?? silence(settings, deadlineMs)) : redisTrouble(thrown)
      earlier = trouble
      const pauseMs = backoffMs(attempt)
      if (!trouble.passes || performance.now() + pauseMs >= until) throw redisUnavailable(settings, trouble, thrown)
      await pause(pauseMs, undefined, { ...(signal && { signal }) }).catch(() => signal?.throwIfAborted())
    }
  }
}

interface Connection {
  readonly client: RedisClient
  /** Connects, once, and asks whether the server will do. */
  open(): Promise<RedisClient>
}

function connectionOf(settings: RedisSettings, options: OpenRedisOptions): Connection {
  const { name = 'millrace', reconnect = true, events } = options
  const { username, password } = settings
  let phase: 'opening' | 'ready' | 'lost' = 'opening'
  // The client makes its hundreds of commands anew for all that has other options than the one before it; copies share theirs.
  const client: RedisClient = createClient().duplicate({
    url: settings.url,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    name: name.replaceAll(/\s/gu, '_'),
    // What waits for a connection has no bound.
    disableOfflineQueue: true,
    disableClientInfo: true,
    socket: { reconnectStrategy: (retries) => phase !== 'opening' && reconnect && backoffMs(retries) },
  })
  const facts = { backend: 'redis', url: settings.url }
  client.on('error', (thrown) => {
    if (phase !== 'ready') return
    phase = 'lost'
    events?.emit('backend.lost', { ...facts, reason: redisTrouble(thrown).why })
  })
  client.on('ready', () => {
    if (phase !== 'lost') return
    phase = 'ready'
    events?.emit('backend.back', facts)
  })
  return {
    client,
    async open() {
      await client.connect()
      await refuseOld(settings, client)
      // It fails while the server is still loading its data.
      await client.ping()
      phase = 'ready'
      return client
    },
  }
}

const oldest = [6, 2] as const

async function refuseOld(settings: RedisSettings, client: RedisClient): Promise<void> {
  const version = await versionOf(client)
  const [major = 0, minor = 0] = version?.split('.').map(Number) ?? oldest
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return
  throw redisUnavailable(settings, {
    passes: false,
    why: `it is of version ${version}, and ${oldest.join('.')} is the oldest that will do`,
    remedy: 'update it, or name another',
  })
}

/** The version of the server, or undefined where this user may not ask for it. */
export async function versionOf(client: RedisClient): Promise<string | undefined> {
  try {
    return /^redis_version:([\d.]+)/mu.exec(await client.info('server'))?.[1]
  } catch (thrown) {
    if (redisTrouble(thrown).passes) throw thrown
    return undefined
  }
}

function silence({ url }: RedisSettings, deadlineMs: number): RedisTrouble {
  return {
    passes: false,
    why: `it has not answered within ${deadlineMs} ms`,
    // A server that does not speak TLS waits for more of what it takes for a command.
    remedy: `see whether it runs${url.startsWith('rediss:') ? ' and speaks TLS' : ''}, and whether runtime.platform.redis leads there`,
  }
}

/** What was not done in time is rejected with. */
export const late: unique symbol = Symbol('it did not happen in time')

/** Rejects with `late` when it has not happened at that time of the monotonic clock, or as soon as the signal says so. */
export async function before<T>(until: number, signal: AbortSignal | undefined, promised: Promise<T>): Promise<T> {
  const over = new AbortController()
  const endings = [over.signal, ...(signal === undefined ? [] : [signal])]
  const tooLate = pause(Math.max(0, until - performance.now()), undefined, { signal: AbortSignal.any(endings) })
  // Each of the two may fail when nobody waits for it any more.
  promised.catch(() => undefined)
  try {
    return await Promise.race([promised, tooLate.then(() => Promise.reject(late))])
  } finally {
    over.abort()
  }
}
