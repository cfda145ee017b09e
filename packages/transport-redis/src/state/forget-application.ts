import { setTimeout as pause } from 'node:timers/promises'
import { MillraceError } from '@millrace/contracts'
import { openRedis, type RedisClient } from '../connection/open-redis.js'
import type { RedisSettings } from '../connection/redis-settings.js'
import { asUnavailable } from '../connection/redis-trouble.js'
import { type StoreKeys, storeKeys } from './store-keys.js'

/** What a removal can be told. */
export interface ForgetOptions {
  /** How long a lease lasts, in milliseconds. @default 10_000 */
  readonly leaseMs?: number
  /** How long Redis may take to be there, in milliseconds. @default 5000 */
  readonly deadlineMs?: number
}

/**
 * Removes all state, ledgers and leases of an application, for a run that begins anew. It waits for leases that a run has left
 * behind to run out. A removal that does not come to its end leaves a mark, with which no store can be opened before another
 * removal has.
 *
 * @throws MillraceError FENCED when a slot is in use; BACKEND_UNAVAILABLE when Redis cannot be used
 */
export async function forgetApplication(settings: RedisSettings, options: ForgetOptions = {}): Promise<void> {
  const { leaseMs = 10_000, deadlineMs = 5000 } = options
  const keys = storeKeys(settings.keyPrefix)
  const client = await openRedis(settings, { name: 'millrace:forget', deadlineMs, reconnect: false })
  try {
    await leasesRunOut(client, keys, leaseMs + graceMs)
    await client.set(keys.forgetting, '1')
    await nobodyCameMeanwhile(client, keys)
    for (const beginning of Object.values(keys.beginnings)) await removeAll(client, beginning)
    await client.del(keys.forgetting)
  } catch (thrown) {
    throw asUnavailable(settings, thrown)
  } finally {
    if (client.isOpen) client.destroy()
  }
}

/** A holder may renew its lease just before it ends; nobody waits longer than this for one more. */
const graceMs = 5000
const atOnce = 1000

async function nobodyCameMeanwhile(client: RedisClient, keys: StoreKeys): Promise<void> {
  try {
    await leasesRunOut(client, keys, 0)
  } catch (thrown) {
    await client.del(keys.forgetting)
    throw thrown
  }
}

/** Waits until nobody has a slot. */
async function leasesRunOut(client: RedisClient, keys: StoreKeys, waitMs: number): Promise<void> {
  const until = performance.now() + waitMs
  for (;;) {
    const leases = await leasesHeld(client, keys)
    if (leases.length === 0) return
    const slots = leases.map(({ slot }) => slot).sort()
    const leftMs = until - performance.now()
    if (leftMs <= 0)
      throw new MillraceError(
        'FENCED',
        `what Redis keeps of the application cannot be removed, because ${slots.join(', ')} of it are in use, and their leases have not run out within ${waitMs} ms; stop that run, or give this one a runtime.platform.redis.key_prefix of its own`,
        { facts: { slots } },
      )
    await pause(Math.min(leftMs, 1 + Math.max(...leases.map((lease) => lease.leftMs))))
  }
}

interface HeldLease {
  readonly slot: string
  readonly leftMs: number
}

async function leasesHeld(client: RedisClient, { beginnings }: StoreKeys): Promise<readonly HeldLease[]> {
  const held: HeldLease[] = []
  for await (const names of keysOf(client, beginnings.lease))
    for (const name of names) {
      const leftMs = await client.pTTL(name)
      if (leftMs >= 0) held.push({ slot: name.slice(beginnings.lease.length), leftMs })
    }
  return held
}

async function removeAll(client: RedisClient, beginning: string): Promise<void> {
  for await (const names of keysOf(client, beginning)) if (names.length > 0) await client.unlink(names)
}

/** The keys that begin with a text, some at a time. */
function keysOf(client: RedisClient, beginning: string): AsyncIterable<string[]> {
  return client.scanIterator({ MATCH: `${beginning.replaceAll(/[*?[\]\\]/gu, '\\$&')}*`, COUNT: atOnce })
}
