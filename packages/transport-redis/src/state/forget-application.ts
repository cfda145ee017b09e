import { setTimeout as pause } from 'node:timers/promises'
import { MillraceError } from '@millrace/contracts'
import { askedWithin } from '../connection/asked-within.js'
import { openRedis, type RedisClient } from '../connection/open-redis.js'
import type { RedisSettings } from '../connection/redis-settings.js'
import { storeKeys } from './store-keys.js'

/** What a removal can be told. */
export interface ForgetOptions {
  /** How long a lease lasts, in milliseconds. @default 10_000 */
  readonly leaseMs?: number
  /** How long Redis may take to be there, and for each answer, in milliseconds. @default 5000 */
  readonly deadlineMs?: number
  /** Gives it up, with its reason. */
  readonly signal?: AbortSignal
}

/**
 * Removes all state, ledgers and leases of an application, for a run that begins anew. It waits for leases that a run has left
 * behind to run out. A removal that does not come to its end leaves a mark, with which no store can be opened before another
 * removal has.
 *
 * @throws MillraceError FENCED when a slot is in use; BACKEND_UNAVAILABLE when Redis cannot be used
 */
export async function forgetApplication(settings: RedisSettings, options: ForgetOptions = {}): Promise<void> {
  const { leaseMs = 10_000, deadlineMs = 5000, signal } = options
  const given = signal && { signal }
  const client = await openRedis(settings, { name: 'millrace:forget', deadlineMs, reconnect: false, ...given })
  const close = (): void => {
    if (client.isOpen) client.destroy()
  }
  signal?.addEventListener('abort', close, { once: true })
  const ask: Ask = (question) => askedWithin(deadlineMs, settings, client, question)
  try {
    await forget(ask, settings, leaseMs, given)
  } catch (thrown) {
    signal?.throwIfAborted()
    throw thrown
  } finally {
    signal?.removeEventListener('abort', close)
    close()
  }
}

/** Asks Redis. @throws MillraceError BACKEND_UNAVAILABLE */
type Ask = <T>(question: (client: RedisClient) => Promise<T>) => Promise<T>

/** A holder may renew its lease just before it ends; nobody waits longer than this for one more. */
const graceMs = 5000
const atOnce = 1000

async function forget(
  ask: Ask,
  { keyPrefix }: RedisSettings,
  leaseMs: number,
  given: { readonly signal: AbortSignal } | undefined,
): Promise<void> {
  const { beginnings, forgetting } = storeKeys(keyPrefix)
  await leasesRunOut(ask, beginnings.lease, leaseMs + graceMs, given)
  await ask((client) => client.set(forgetting, '1'))
  try {
    // Nobody can have come after that.
    await leasesRunOut(ask, beginnings.lease, 0, given)
  } catch (thrown) {
    await ask((client) => client.del(forgetting))
    throw thrown
  }
  for (const beginning of Object.values(beginnings)) await removeAll(ask, beginning)
  await ask((client) => client.del(forgetting))
}

/** Waits until nobody has a slot. */
async function leasesRunOut(
  ask: Ask,
  beginning: string,
  waitMs: number,
  given: { readonly signal: AbortSignal } | undefined,
): Promise<void> {
  const until = performance.now() + waitMs
  for (;;) {
    const leases = await leasesHeld(ask, beginning)
    if (leases.length === 0) return
    const slots = leases.map(({ slot }) => slot).sort()
    const leftMs = until - performance.now()
    if (leftMs <= 0)
      throw new MillraceError(
        'FENCED',
        `what Redis keeps of the application cannot be removed, because ${slots.join(', ')} of it are in use, and their leases have not run out within ${waitMs} ms; stop that run, or give this one a runtime.platform.redis.key_prefix of its own`,
        { facts: { slots } },
      )
    await pause(Math.min(leftMs, 1 + Math.max(...leases.map((lease) => lease.leftMs))), undefined, { ...given })
  }
}

interface HeldLease {
  readonly slot: string
  readonly leftMs: number
}

async function leasesHeld(ask: Ask, beginning: string): Promise<readonly HeldLease[]> {
  const held: HeldLease[] = []
  for await (const names of keysOf(ask, beginning))
    for (const name of names) {
      const leftMs = await ask((client) => client.pTTL(name))
      if (leftMs >= 0) held.push({ slot: name.slice(beginning.length), leftMs })
    }
  return held
}

async function removeAll(ask: Ask, beginning: string): Promise<void> {
  for await (const names of keysOf(ask, beginning))
    if (names.length > 0) await ask((client) => client.unlink([...names]))
}

/** The keys that begin with a text, some at a time. */
async function* keysOf(ask: Ask, beginning: string): AsyncGenerator<readonly string[]> {
  const options = { MATCH: `${beginning.replaceAll(/[*?[\]\\]/gu, '\\$&')}*`, COUNT: atOnce }
  let next = '0'
  do {
    const { cursor, keys } = await ask((client) => client.scan(next, options))
    next = cursor
    yield keys
  } while (next !== '0')
}
