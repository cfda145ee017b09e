import { MillraceError } from '@millrace/contracts'
import { CommandQueue } from '../connection/command-queue.js'
import type { RedisSettings } from '../connection/redis-settings.js'
import { redisUnavailable } from '../connection/redis-trouble.js'
import { commitScript } from './commit-script.js'
import type { LeaseClaim } from './lease.js'
import { emptyCommit, type PreparedCommit } from './prepared-commit.js'
import type { StoreConnection } from './store-connection.js'
import type { StoreKeys } from './store-keys.js'

/**
 * The commits of one holder of a slot, in their order. Each is sent as soon as it is there, without waiting for those before it.
 *
 * 1. Commits are numbered from 1. The script knows by the number which of those that are sent again it has applied already.
 * 2. When one fails for good, so do all behind it, and those that come later.
 */
export interface CommitQueue {
  /**
   * Commits; resolves when Redis has said so.
   *
   * @throws MillraceError BACKEND_UNAVAILABLE, FENCED; nothing of it, and of none that comes later, is applied
   */
  add(commit: PreparedCommit): Promise<void>
  /** Takes no more, and resolves when no commit waits. The lease is renewed until then. */
  drain(): Promise<void>
}

/** What a queue works with. */
export interface CommitQueueParts {
  readonly settings: RedisSettings
  readonly connection: StoreConnection
  readonly keys: StoreKeys
  readonly claim: LeaseClaim
  /** Hears what ended the connection where no commit is there to fail with it, once. */
  readonly lost: (error: MillraceError) => void
}

interface Waiting {
  readonly commit: PreparedCommit
  /** 0 for a renewal. */
  readonly number: number
  readonly resolve: () => void
  readonly reject: (error: MillraceError) => void
}

/** Makes the queue of who has just taken a lease; it listens to the connection from now on. */
export function createCommitQueue({ settings, connection, keys, claim, lost }: CommitQueueParts): CommitQueue {
  const names = [keys.lease(claim.slot), keys.ledger(claim.slot)]
  // Each commit renews the lease; where there is none for a third of it, one that changes nothing does.
  const renewMs = Math.floor(claim.leaseMs / 3)
  const renewal = setInterval(renew, renewMs)
  let size = 0
  let lastNumber = 0
  let failure: MillraceError | undefined
  const queue = new CommandQueue<Waiting>({
    answerMs: renewMs,
    send: (client, { commit, number }) =>
      client.evalSha(commitScript.sha, {
        keys: [...names, ...commit.keys],
        arguments: [claim.token, String(number), String(claim.leaseMs), ...commit.values],
      }),
    judge,
    refused: (_one, trouble, thrown) => connection.end(redisUnavailable(settings, trouble, thrown)),
    failed: (client, trouble) => connection.drop(client, trouble),
  })
  connection.listen({ up: (client) => queue.begin(client), down: () => queue.pause(), ended: fail })

  function add(commit: PreparedCommit): Promise<void> {
    if (size + commit.size > maxWaitingSize) connection.end(tooMuch(settings))
    if (failure !== undefined) return Promise.reject(failure)
    return new Promise((resolve, reject) => {
      size += commit.size
      lastNumber++
      queue.add({ commit, number: lastNumber, resolve, reject })
    })
  }

  function renew(): void {
    if (queue.kept.size === 0) queue.add({ commit: emptyCommit, number: 0, resolve: nothing, reject: nothing })
  }

  function judge({ commit, resolve }: Waiting, answer: unknown): void {
    const [outcome, run, incarnation] = Array.isArray(answer) ? answer.map(String) : []
    if (outcome === 'fenced') return connection.end(fenced(claim, { run, incarnation }))
    if (outcome !== 'done') return connection.end(commitsLost(settings))
    connection.answered()
    size -= commit.size
    resolve()
  }

  function fail(error: MillraceError): void {
    failure = error
    clearInterval(renewal)
    const unanswered = [...queue.kept]
    for (const one of unanswered) {
      queue.forget(one)
      one.reject(error)
    }
    if (unanswered.every(({ number }) => number === 0)) lost(error)
  }

  return {
    add,
    async drain() {
      // Nobody waits for a lease to be renewed that is given back.
      for (const one of queue.kept) if (one.number === 0) queue.forget(one)
      await queue.emptied
      clearInterval(renewal)
    },
  }
}

/** In characters: a store whose Redis is away, or slow, must not fill the memory of its process. */
const maxWaitingSize = 256 * 1024 * 1024

function nothing(): void {}

function fenced(
  { slot, leaseMs }: LeaseClaim,
  holder: { run?: string | undefined; incarnation?: string | undefined },
): MillraceError {
  const why = holder.run
    ? `incarnation ${holder.incarnation} of run ${holder.run} has taken it over`
    : `its lease has run out: for ${leaseMs} ms this process did not run, or was cut off from Redis; or Redis has lost it`
  return new MillraceError('FENCED', `slot ${slot} commits nothing more, because ${why}`, {
    facts: { slot, ...(holder.run ? { run: holder.run } : {}) },
  })
}

function commitsLost(settings: RedisSettings): MillraceError {
  return redisUnavailable(settings, {
    passes: false,
    why: 'it has lost commits that it had confirmed',
    remedy: 'set appendonly yes and appendfsync always there, so that a restart loses nothing',
  })
}

function tooMuch(settings: RedisSettings): MillraceError {
  return redisUnavailable(settings, {
    passes: false,
    why: `more than ${maxWaitingSize} characters wait to be committed`,
    remedy: 'see why it is so slow, or lower runtime.max_in_flight_bytes',
  })
}
