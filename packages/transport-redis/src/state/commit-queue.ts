import { MillraceError } from '@millrace/contracts'
import type { RedisClient } from '../connection/open-redis.js'
import type { RedisSettings } from '../connection/redis-settings.js'
import { redisUnavailable } from '../connection/redis-trouble.js'
import { commitScriptSha } from './commit-script.js'
import type { KeptConnection } from './kept-connection.js'
import type { LeaseClaim } from './lease.js'
import { emptyCommit, type PreparedCommit } from './prepared-commit.js'
import type { StoreKeys } from './store-keys.js'

/**
 * The commits of one holder of a slot, in their order. Each is sent as soon as it is there, without waiting for those before it.
 *
 * 1. Commits are numbered from 1 and answered in that order; a commit waits here until it is answered.
 * 2. On each new connection all that wait are sent again, in their order. The script knows by the number which of them it has
 *    applied already.
 * 3. When one fails for good, so do all behind it, and those that come later.
 */
export interface CommitQueue {
  /**
   * Commits; resolves when Redis has said so.
   *
   * @throws MillraceError BACKEND_UNAVAILABLE, FENCED; nothing of it, and of none that comes later, is applied
   */
  add(commit: PreparedCommit): Promise<void>
  /** Takes no more, and resolves when nothing waits. The lease is renewed until then. */
  drain(): Promise<void>
}

/** What a queue works with. */
export interface CommitQueueParts {
  readonly settings: RedisSettings
  readonly connection: KeptConnection
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
  const renewMs = claim.leaseMs / 3
  const renewal = setInterval(renew, renewMs)
  let waiting: Waiting[] = []
  let size = 0
  let lastNumber = 0
  let failure: MillraceError | undefined
  let silence: NodeJS.Timeout | undefined
  const whenEmpty: (() => void)[] = []
  connection.listen({ opened: sendAgain, ended: fail })

  function add(commit: PreparedCommit): Promise<void> {
    if (size + commit.size > maxWaitingSize) connection.end(tooMuch(settings))
    if (failure !== undefined) return Promise.reject(failure)
    return new Promise((resolve, reject) => {
      lastNumber++
      push({ commit, number: lastNumber, resolve, reject })
    })
  }

  function renew(): void {
    if (waiting.length === 0) push({ commit: emptyCommit, number: 0, resolve: nothing, reject: nothing })
  }

  function push(one: Waiting): void {
    waiting.push(one)
    size += one.commit.size
    if (connection.client !== undefined) send(connection.client, one)
  }

  function send(client: RedisClient, { commit, number }: Waiting): void {
    silence ??= setTimeout(heardNothing, renewMs)
    const command = {
      keys: [...names, ...commit.keys],
      arguments: [claim.token, String(number), String(claim.leaseMs), ...commit.values],
    }
    client.evalSha(commitScriptSha, command).then(
      (answer) => hear(client, answer),
      (thrown: unknown) => connection.failed(client, thrown),
    )
  }

  function sendAgain(client: RedisClient): void {
    clearTimeout(silence)
    silence = undefined
    for (const one of waiting) send(client, one)
  }

  /** An answer is always about the oldest that waits. */
  function hear(client: RedisClient, answer: unknown): void {
    if (connection.client !== client) return
    const [outcome, run, incarnation] = Array.isArray(answer) ? answer.map(String) : []
    if (outcome === 'fenced') return connection.end(fenced(claim, { run, incarnation }))
    if (outcome !== 'done') return connection.end(commitsLost(settings))
    connection.answered()
    const [done] = waiting.splice(0, 1)
    size -= done?.commit.size ?? 0
    done?.resolve()
    rest()
  }

  /** What follows when fewer wait than before. */
  function rest(): void {
    if (waiting.length > 0) return void silence?.refresh()
    clearTimeout(silence)
    silence = undefined
    for (const resolve of whenEmpty.splice(0)) resolve()
  }

  function heardNothing(): void {
    silence = undefined
    const [oldest] = waiting
    // Where this process did not run for a while, the answer may be there and only not have been read.
    setImmediate(() => {
      const { client } = connection
      if (client !== undefined && oldest !== undefined && waiting[0] === oldest) connection.failed(client, noAnswer())
    })
  }

  function fail(error: MillraceError): void {
    failure = error
    clearInterval(renewal)
    const unanswered = waiting.filter(({ number }) => number > 0)
    waiting = []
    size = 0
    for (const { reject } of unanswered) reject(error)
    rest()
    if (unanswered.length === 0) lost(error)
  }

  return {
    add,
    async drain() {
      if (waiting.length > 0) await new Promise<void>((resolve) => whenEmpty.push(resolve))
      clearInterval(renewal)
    },
  }
}

/** In characters: a store whose Redis is away, or slow, must not fill the memory of its process. */
const maxWaitingSize = 256 * 1024 * 1024

function nothing(): void {}

function noAnswer(): Error {
  return Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })
}

function fenced(
  { slot, leaseMs }: LeaseClaim,
  holder: { run?: string | undefined; incarnation?: string | undefined },
): MillraceError {
  const why = holder.run
    ? `incarnation ${holder.incarnation} of run ${holder.run} has taken it over`
    : `its lease has run out: for ${leaseMs} ms this process did not run, or was cut off from Redis; or Redis has lost it`
  return new MillraceError('FENCED', `slot ${slot} commits nothing more, because ${why}`, { facts: { slot } })
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
