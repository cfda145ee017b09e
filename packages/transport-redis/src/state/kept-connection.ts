import { setTimeout as pause } from 'node:timers/promises'
import { type EventEmitter, isMillraceError, type MillraceError } from '@millrace/contracts'
import { backoffMs } from '../connection/backoff.js'
import type { RedisClient } from '../connection/open-redis.js'
import type { RedisSettings } from '../connection/redis-settings.js'
import { asUnavailable, type RedisTrouble, redisTrouble, redisUnavailable } from '../connection/redis-trouble.js'

/**
 * One connection at a time, which is made again when it is lost:
 *
 *     open ⇄ away → ended
 *
 * 1. Only one connection is ever in use; what an older one reports is not listened to.
 * 2. It is away for as long as troubles pass, and until nothing has been answered for `retryMs`. Then, and with a trouble that
 *    does not pass, it has ended for good.
 */
export interface KeptConnection {
  /** The connection, where there is one now. */
  readonly client: RedisClient | undefined
  /**
   * Asks for something, again on the next connection when one is lost meanwhile.
   *
   * @throws MillraceError what the connection has ended with
   */
  ask<T>(question: (client: RedisClient) => Promise<T>): Promise<T>
  /** Names who hears what becomes of it from now on, and of its end also where that has come already; there is one. */
  listen(listener: KeptConnectionListener): void
  /** Something was answered. */
  answered(): void
  /** Tells that a connection has failed: another is made, or none, if that would not help. */
  failed(client: RedisClient, thrown: unknown): void
  /** Ends it for good; without an effect where it has ended. */
  end(error: MillraceError): void
}

/** Hears what becomes of a connection that is kept. */
export interface KeptConnectionListener {
  /** There is another connection; nothing else has been asked for on it. */
  opened(client: RedisClient): void
  /** It has ended, and why. */
  ended(error: MillraceError): void
}

/** What a connection is kept by. */
export interface KeptConnectionParts {
  readonly settings: RedisSettings
  /** Makes a connection, within a time in milliseconds and until the signal ends it. */
  readonly connect: (deadlineMs: number, signal: AbortSignal) => Promise<RedisClient>
  /** How long it is tried again, in milliseconds, from the last answer on. */
  readonly retryMs: number
  /** Hears `backend.lost` and `backend.back`. */
  readonly events: EventEmitter
}

type State =
  | { readonly phase: 'open'; readonly client: RedisClient }
  | { readonly phase: 'away'; readonly back: Promise<void>; readonly giveUp: AbortController }
  | { readonly phase: 'ended'; readonly error: MillraceError }

/** Keeps a connection, from one that is open. */
export function keepConnection(first: RedisClient, parts: KeptConnectionParts): KeptConnection {
  const { settings, retryMs, events } = parts
  const facts = { backend: 'redis', url: settings.url }
  let listener: KeptConnectionListener | undefined
  let lastAnswer = performance.now()
  /** How many connections were made, or not, since the last answer. */
  let attempts = 0
  let state: State
  open(first)

  function open(client: RedisClient): void {
    state = { phase: 'open', client }
    client.on('error', (thrown) => failed(client, thrown))
  }

  function answered(): void {
    lastAnswer = performance.now()
    attempts = 0
  }

  function failed(client: RedisClient, thrown: unknown): void {
    if (state.phase !== 'open' || state.client !== client) return
    const trouble = redisTrouble(thrown)
    if (!trouble.passes) return end(redisUnavailable(settings, trouble, thrown))
    destroy(client)
    events.emit('backend.lost', { ...facts, reason: trouble.why })
    const giveUp = new AbortController()
    state = { phase: 'away', back: openAgain(trouble, giveUp.signal), giveUp }
  }

  async function openAgain(reason: RedisTrouble, signal: AbortSignal): Promise<void> {
    try {
      const client = await nextClient(reason, signal)
      if (signal.aborted) return destroy(client)
      open(client)
      events.emit('backend.back', facts)
      listener?.opened(client)
    } catch (thrown) {
      end(asUnavailable(settings, thrown))
    }
  }

  async function nextClient(reason: RedisTrouble, signal: AbortSignal): Promise<RedisClient> {
    let trouble = reason
    for (;;) {
      const leftMs = lastAnswer + retryMs - performance.now()
      if (attempts > 0 && leftMs <= 0) throw redisUnavailable(settings, trouble)
      if (attempts > 0) await pause(backoffMs(attempts), undefined, { signal })
      attempts++
      try {
        return await parts.connect(Math.max(leftMs, shortestTryMs), signal)
      } catch (thrown) {
        trouble = redisTrouble(thrown)
        if (signal.aborted || isMillraceError(thrown) || !trouble.passes) throw thrown
      }
    }
  }

  function end(error: MillraceError): void {
    if (state.phase === 'ended') return
    if (state.phase === 'open') destroy(state.client)
    else state.giveUp.abort(error)
    state = { phase: 'ended', error }
    listener?.ended(error)
  }

  return {
    get client() {
      return state.phase === 'open' ? state.client : undefined
    },
    listen(other) {
      listener = other
      if (state.phase === 'ended') queueMicrotask(other.ended.bind(other, state.error))
    },
    async ask(question) {
      for (;;) {
        if (state.phase === 'ended') throw state.error
        if (state.phase === 'away') {
          await state.back
          continue
        }
        const { client } = state
        try {
          const answer = await question(client)
          answered()
          return answer
        } catch (thrown) {
          failed(client, thrown)
        }
      }
    },
    answered,
    failed,
    end,
  }
}

/** A process that did not run for long has heard no answer for long, and tries once all the same. */
const shortestTryMs = 1000

function destroy(client: RedisClient): void {
  if (client.isOpen) client.destroy()
}
