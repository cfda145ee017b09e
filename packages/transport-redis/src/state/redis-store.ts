import { randomBytes } from 'node:crypto'
import { type DurableStore, type EventEmitter, MillraceError } from '@millrace/contracts'
import type { RedisSettings } from '../connection/redis-settings.js'
import { asUnavailable } from '../connection/redis-trouble.js'
import { createCommitQueue } from './commit-queue.js'
import { type LeaseClaim, releaseLease, takeLease } from './lease.js'
import { prepareCommit } from './prepared-commit.js'
import { StoreConnection } from './store-connection.js'
import { type StoreKeys, storeKeys } from './store-keys.js'

/** What a store is opened with. */
export interface RedisStoreOptions {
  readonly settings: RedisSettings
  /** Whose ledger it holds: 'policy#1'. */
  readonly slot: string
  /** The run that this process belongs to. */
  readonly run: string
  /** Which process of the slot this is, in its run; a later one takes over from an earlier one at once. */
  readonly incarnation: number
  /**
   * Other slots of the run, whose processes are dead when this store is closed: their leases are given back with its own, so that
   * the next run need not wait until they expire.
   *
   * @default []
   */
  readonly runSlots?: readonly string[]
  /**
   * A slot that the run must have for this one to be opened. Whoever comes after a dead process decides by what that has left, so
   * it must not be opened where Redis has lost everything.
   *
   * @default none
   */
  readonly under?: string
  /** How long it has its slot without renewing its lease, in milliseconds. @default 10_000 */
  readonly leaseMs?: number
  /** How long it goes on trying while Redis is away, in milliseconds. @default 30_000 */
  readonly retryMs?: number
  /** How long Redis may take to be there when the store is opened, in milliseconds. @default 5000 */
  readonly deadlineMs?: number
  /** Gives the opening up, with its reason; without an effect on a store that is open. */
  readonly signal?: AbortSignal
  /** Hears `backend.lost` and `backend.back`. */
  readonly events: EventEmitter
  /** Hears once that lease or backend are lost, where no commit was under way that fails with it. */
  readonly lost: (error: MillraceError) => void
}

/**
 * Opens the store of a slot in Redis. Where another run has the slot, it waits for its lease to run out.
 *
 * @throws MillraceError BACKEND_UNAVAILABLE when Redis cannot be used; FENCED when a later process has the slot, or another run
 * keeps it; RESUME_MISMATCH when the removal of the application's keys was not finished
 */
export async function createRedisStore(options: RedisStoreOptions): Promise<DurableStore> {
  const {
    settings,
    slot,
    run,
    incarnation,
    under,
    leaseMs = 10_000,
    retryMs = 30_000,
    deadlineMs = 5000,
    events,
  } = options
  const keys = storeKeys(settings.keyPrefix)
  const claim: LeaseClaim = { slot, run, incarnation, leaseMs, under, token: randomBytes(16).toString('hex') }
  const connection = new StoreConnection({ settings, name: `millrace:${slot}`, retryMs, events })
  const found = await unlessGivenUp(connection, settings, options.signal, async () => {
    await connection.open(deadlineMs)
    return await openedLedger(connection, keys, claim, options.signal)
  })
  let closing: Promise<void> | undefined
  const queue = createCommitQueue({
    settings,
    connection,
    keys,
    claim,
    lost: (error) => {
      if (closing === undefined) options.lost(error)
    },
  })

  async function close(): Promise<void> {
    await queue.drain()
    await releaseLease(connection, keys, claim, options.runSlots ?? [])
    connection.end(closedError(slot))
  }

  return {
    found,
    async load(space, names) {
      if (closing !== undefined) throw closedError(slot)
      if (names.length === 0) return []
      const wanted = names.map((name) => keys.state(space, name))
      const texts = await connection.ask((client) => client.mGet(wanted))
      return texts.map((text) => (text === null ? undefined : JSON.parse(text)))
    },
    async commit(writes, ledger = []) {
      if (closing !== undefined) throw closedError(slot)
      await queue.add(prepareCommit(keys, writes, ledger))
    },
    close() {
      closing ??= close()
      return closing
    },
  }
}

/** Takes the slot and reads its ledger, to which nobody else writes from then on. */
async function openedLedger(
  connection: StoreConnection,
  keys: StoreKeys,
  claim: LeaseClaim,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  await takeLease(connection, keys, claim, signal)
  return new Map(Object.entries(await connection.ask((client) => client.hGetAll(keys.ledger(claim.slot)))))
}

/** Opens something over a connection, which has ended where that fails or is given up. */
async function unlessGivenUp<T>(
  connection: StoreConnection,
  settings: RedisSettings,
  signal: AbortSignal | undefined,
  open: () => Promise<T>,
): Promise<T> {
  const reason = (): MillraceError =>
    MillraceError.from(signal?.reason, 'SHUTTING_DOWN', 'the opening of a store was given up')
  const giveUp = (): void => connection.end(reason())
  signal?.addEventListener('abort', giveUp, { once: true })
  try {
    if (signal?.aborted) throw reason()
    return await open()
  } catch (thrown) {
    const error = signal?.aborted ? reason() : asUnavailable(settings, thrown)
    connection.end(error)
    throw error
  } finally {
    signal?.removeEventListener('abort', giveUp)
  }
}

function closedError(slot: string): MillraceError {
  return new MillraceError('DI_CLOSED', `the store of slot ${slot} was closed`)
}
