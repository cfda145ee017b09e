import { setTimeout as pause } from 'node:timers/promises'
import { MillraceError } from '@millrace/contracts'
import { settledWithin } from '../connection/settled-within.js'
import type { StoreConnection } from './store-connection.js'
import type { StoreKeys } from './store-keys.js'

/** Who wants to have a slot. */
export interface LeaseClaim {
  readonly slot: string
  readonly run: string
  /** Which process of the slot it is, in this run. */
  readonly incarnation: number
  /** What nobody else knows; commits are known by it. */
  readonly token: string
  /** How long a lease lasts that is not renewed, in milliseconds. */
  readonly leaseMs: number
  /** A slot that this run must have, for any other of it to be taken. */
  readonly under?: string | undefined
}

/**
 * Takes the lease of a slot: a hash that expires, with run, incarnation, token, and the number of commits under this token.
 * A lease of the same run and a lower incarnation is taken over at once, since the run knows that its process is dead; any
 * other is waited for, and so is the run's own lease of the slot `under` which it stands.
 *
 * @param signal ends the waiting
 * @throws MillraceError FENCED when a later process of this run has the slot, or another run keeps it; RESUME_MISMATCH when the
 * removal of the application's keys was not finished
 */
export async function takeLease(
  connection: StoreConnection,
  keys: StoreKeys,
  claim: LeaseClaim,
  signal?: AbortSignal,
): Promise<void> {
  const { slot, run, incarnation, token, leaseMs, under } = claim
  const waitMs = leaseMs + graceMs
  const until = performance.now() + waitMs
  for (;;) {
    const answer = await connection.ask((client) =>
      client.eval(takeScript, {
        keys: [keys.lease(slot), keys.forgetting, ...(under === undefined ? [] : [keys.lease(under)])],
        arguments: [run, String(incarnation), token, String(leaseMs)],
      }),
    )
    const [outcome, holder, holderIncarnation, leftMs] = Array.isArray(answer) ? answer.map(String) : []
    if (outcome === 'taken') return
    if (outcome === 'forgetting')
      throw new MillraceError(
        'RESUME_MISMATCH',
        `slot ${slot} cannot be opened, because what Redis keeps of the application is being removed, or its removal was not finished; begin anew, without --resume`,
        { facts: { slot } },
      )
    const waitLeftMs = until - performance.now()
    if (outcome === 'astray') {
      if (waitLeftMs <= 0) throw astray(claim, waitMs)
      await pause(Math.min(astrayMs, waitLeftMs), undefined, { ...(signal && { signal }) })
      continue
    }
    const facts = { slot, run: String(holder), incarnation: Number(holderIncarnation) }
    if (outcome === 'later')
      throw new MillraceError(
        'FENCED',
        `slot ${slot} cannot be opened by incarnation ${incarnation}, because incarnation ${holderIncarnation} of the same run has it; a later process has taken its place`,
        { facts },
      )
    if (waitLeftMs <= 0)
      throw new MillraceError(
        'FENCED',
        `slot ${slot} cannot be opened, because incarnation ${holderIncarnation} of run ${holder} has it, and its lease has not run out within ${waitMs} ms; stop that run, or give this one a runtime.platform.redis.key_prefix of its own`,
        { facts },
      )
    // Below zero where it does not expire, which none of ours does.
    const pauseMs = Number(leftMs) < 0 ? waitLeftMs : Math.min(Number(leftMs) + 1, waitLeftMs)
    await pause(pauseMs, undefined, { ...(signal && { signal }) })
  }
}

/**
 * Gives a lease back, so that the next one need not wait until it expires; without an effect on one of somebody else.
 *
 * @param runSlots other slots of the run, whose processes are dead
 */
export async function releaseLease(
  connection: StoreConnection,
  keys: StoreKeys,
  { slot, token, run }: LeaseClaim,
  runSlots: readonly string[],
): Promise<void> {
  const { client } = connection
  if (client === undefined) return
  // Where it cannot be given back, it expires.
  await settledWithin(
    releaseMs,
    client.eval(releaseScript, {
      keys: [slot, ...runSlots].map((one) => keys.lease(one)),
      arguments: [token, run],
    }),
  )
}

/** A holder may renew its lease just before it ends; nobody waits longer than this for one more. */
const graceMs = 5000
const releaseMs = 1000

/** How often it is looked whether the run has its own lease again, in milliseconds. */
const astrayMs = 250

function astray({ slot, run, under }: LeaseClaim, waitMs: number): MillraceError {
  return new MillraceError(
    'FENCED',
    `slot ${slot} cannot be opened, because run ${run} has not had ${under} for ${waitMs} ms: its lease has run out, or Redis has lost it, and what was known with it`,
    { facts: { slot, run } },
  )
}

/** KEYS: lease, mark of a removal, lease that the run must have, if any. ARGV: run, incarnation, token, lease in ms. */
const takeScript = `
local run, incarnation, token, leaseMs = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if redis.call('EXISTS', KEYS[2]) == 1 then return { 'forgetting' } end
if KEYS[3] and redis.call('HGET', KEYS[3], 'run') ~= run then return { 'astray' } end
local held = redis.call('HMGET', KEYS[1], 'run', 'incarnation', 'token')
if held[1] and held[3] ~= token then
  local isDead = held[1] == run and tonumber(held[2]) < tonumber(incarnation)
  if held[1] == run and tonumber(held[2]) > tonumber(incarnation) then return { 'later', held[1], held[2] } end
  if not isDead then return { 'held', held[1], held[2], redis.call('PTTL', KEYS[1]) } end
end
-- What commits need, in an order that leaves nothing behind: a user who may not run one of these is refused before it commits.
redis.call('HDEL', KEYS[1], 'none')
redis.call('PEXPIRE', KEYS[1], leaseMs)
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[1], '', 'PX', leaseMs)
redis.call('DEL', KEYS[1])

redis.call('HSET', KEYS[1], 'run', run, 'incarnation', incarnation, 'token', token, 'commits', 0)
redis.call('PEXPIRE', KEYS[1], leaseMs)
return { 'taken' }
`

/** KEYS: lease, leases of dead processes. ARGV: token, run. */
const releaseScript = `
if redis.call('HGET', KEYS[1], 'token') == ARGV[1] then redis.call('DEL', KEYS[1]) end
for dead = 2, #KEYS do
  if redis.call('HGET', KEYS[dead], 'run') == ARGV[2] then redis.call('DEL', KEYS[dead]) end
end
`
