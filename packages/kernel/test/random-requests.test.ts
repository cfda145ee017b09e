import { describe, expect, it } from '@jest/globals'
import { MillraceError } from '@millrace/contracts'
import { groupOfSlot } from '../src/mesh/remote-errors.js'
import { createCarrier } from './random-carrier.js'
import { type Chance, chanceOf } from './random-graph.js'
import { Answer, RandomRequests } from './random-requests.js'
import { runShares, type Shares } from './run-shares.js'
import { makeFaults, type ShareFaults } from './share-faults.js'
import { pass, turn } from './shop.js'

const seeds = Math.ceil(Number(process.env.ROUNDS ?? 1) * 60)
const first = Number(process.env.FIRST_SEED ?? 1)

/** What goes wrong. */
interface Faults extends Partial<Pick<ShareFaults, 'cuts'>> {
  /** Which workers die and are replaced: any, or those without an ordered node. @default none */
  readonly deaths?: 'any' | 'unordered'
  /** Which are replaced while they work. @default none */
  readonly moves?: 'any' | 'unordered'
  /** Whether those die that were replaced, before they are done. @default false */
  readonly movedDie?: boolean
  /** How often what was lost is sent again. @default 100 */
  readonly redeliver?: number
  /** Whether some callers want it no more, or have little time. @default false */
  readonly impatient?: boolean
}

/** What the requests of a seed have ended with. */
interface SeedEnd {
  /** By request: the key of its answer, or the code of its failure. */
  readonly outcomes: readonly string[]
  /** By request: what else may have ended it. */
  readonly also: readonly (readonly string[])[]
  readonly calls: readonly string[]
  readonly lost: number
  /** How much of anything is left. */
  readonly left: number
}

async function runSeed(requests: RandomRequests, seed: number, faults: Faults): Promise<SeedEnd> {
  const chance = chanceOf(seed * 43 + 5)
  const { cuts, deaths, moves, movedDie, redeliver = 100, impatient = false } = faults
  const groups = requests.groups(chance, redeliver)
  const running = await runShares(requests.nodes, groups, {
    carrier: createCarrier((run) => void setImmediate(run)),
  })
  try {
    const slots = [...running.workers.keys()]
    const unordered = slots.filter(
      (slot) => !groups[groupOfSlot(slot)]?.nodes.some((name) => requests.ordered.has(name)),
    )
    const mayBe = (which: 'any' | 'unordered' | undefined): readonly string[] =>
      ({ any: slots, unordered, none: [] })[which ?? 'none']
    const also: (readonly string[])[] = []
    const asked = Array.from({ length: requests.count }, (_, request) => {
      const { options, ends } = patience(chance, impatient)
      also.push(ends)
      return ask(running, requests, request, chance.pick(20), options)
    })
    const what = { cuts, mortals: mayBe(deaths), movable: mayBe(moves), movedDie, died: () => undefined }
    const lost = await makeFaults(running, what, chance)
    const outcomes = await Promise.all(asked)
    for (let turns = 0; remaining(running) > 0 && turns < 2000; turns++) await turn()
    return { outcomes, also, lost, calls: requests.calls, left: remaining(running) }
  } finally {
    await running.stop()
  }
}

/** How long a caller waits; most wait as long as it takes. Where one waits for a worker, the time is over with HANDOFF_TIMEOUT. */
function patience({ pick }: Chance, impatient: boolean) {
  const kind = impatient ? pick(3) : 2
  if (kind === 0) return { options: { timeoutMs: 1 + pick(8) }, ends: ['REPLY_TIMEOUT', 'HANDOFF_TIMEOUT'] }
  if (kind === 2) return { options: {}, ends: [] }
  const cancel = new AbortController()
  void pass(pick(20)).then(() => cancel.abort())
  return { options: { signal: cancel.signal }, ends: ['REPLY_CANCELLED'] }
}

async function ask({ app }: Shares, { entry }: RandomRequests, request: number, turns: number, options: object) {
  await pass(turns)
  try {
    const asked = app.runtime.request(entry, { key: [request] }, { expect: Answer, timeoutMs: 10_000, ...options })
    return (await asked).key.join('.')
  } catch (error) {
    return error instanceof MillraceError ? error.code : String(error)
  }
}

/** What any process still knows of a request. */
function remaining(running: Shares): number {
  const living = [running.app, ...running.workers.values()]
  const open = living
    .map(({ runtime }) => runtime.counters())
    .map(({ inFlight, replies }) => inFlight + replies.tickets_open)
  return open.reduce((sum, one) => sum + one, running.remaining())
}

interface Found {
  readonly mistakes: string[]
  readonly lost: number
  /** How many have ended with each code. */
  readonly codes: ReadonlyMap<string, number>
}

async function mistakesOf(faults: Faults, mayFail: readonly string[] = []): Promise<Found> {
  const found = { mistakes: [] as string[], lost: 0, codes: new Map<string, number>() }
  for (let seed = first; seed < first + seeds; seed++) {
    const requests = new RandomRequests(seed)
    const { outcomes, also, calls, lost, left } = await runSeed(requests, seed, faults)
    found.lost += lost
    for (const [request, outcome] of outcomes.entries()) {
      const expected = requests.expected(request)
      if (/^[A-Z]/.test(outcome)) found.codes.set(outcome, (found.codes.get(outcome) ?? 0) + 1)
      if (!expected.has(outcome) && also[request]?.includes(outcome) !== true && !mayFail.includes(outcome))
        found.mistakes.push(`seed ${seed}, request ${request}: ${outcome}, not ${[...expected].join(' or ')}`)
    }
    if (left > 0) found.mistakes.push(`seed ${seed}: ${left} are left`)
    if (faults.deaths !== 'any' && faults.moves !== 'any' && requests.orderedTwice.length > 0)
      found.mistakes.push(`seed ${seed}: ordered nodes were called again with ${requests.orderedTwice.join(', ')}`)
    if (Object.keys(faults).length === 0 && new Set(calls).size < calls.length)
      found.mistakes.push(`seed ${seed}: a handler was called twice with the same message`)
  }
  return found
}

const lostLink = 'HANDOFF_TRANSPORT'
const lostWorker = 'WORKER_CRASHED'

describe('requests through random graphs over random workers', () => {
  it('REPLY-01 REPLY-08 HANDOFF-03 each is answered once, and every message is handled once', async () => {
    const { mistakes, codes } = await mistakesOf({})
    expect(mistakes).toEqual([])
    expect([...codes.keys()].sort()).toEqual(['NODE_FAILED', 'REPLY_MISSING'])
  }, 600_000)

  it('LINK-01 each gets its answer when links between workers are lost, and what they carried is sent again', async () => {
    const { mistakes, lost } = await mistakesOf({ cuts: 'between workers' })
    expect(mistakes).toEqual([])
    expect(lost).toBeGreaterThan(seeds / 4)
  }, 600_000)

  it('LINK-01 where replies are lost that are not sent again each gets its answer or fails with HANDOFF_TRANSPORT', async () => {
    const { mistakes, lost } = await mistakesOf({ cuts: 'any' }, [lostLink])
    expect(mistakes).toEqual([])
    expect(lost).toBeGreaterThan(seeds / 4)
  }, 600_000)

  it('PROC-04 each gets its answer when workers die, and what they held is sent to their replacements', async () => {
    const { mistakes, lost } = await mistakesOf({ deaths: 'any' })
    expect(mistakes).toEqual([])
    expect(lost).toBeGreaterThan(seeds / 4)
  }, 600_000)

  it('HANDOFF-05 each gets its answer when workers are replaced while they work', async () => {
    const { mistakes, lost } = await mistakesOf({ moves: 'any' })
    expect(mistakes).toEqual([])
    expect(lost).toBeGreaterThan(seeds / 4)
  }, 600_000)

  it('HANDOFF-05 PROC-04 each gets its answer when those that were replaced die before they are done', async () => {
    const { mistakes, lost } = await mistakesOf({ moves: 'any', movedDie: true })
    expect(mistakes).toEqual([])
    expect(lost).toBeGreaterThan(seeds / 4)
  }, 600_000)

  it('PROC-04 LINK-01 each gets its answer when workers die and links between them are lost', async () => {
    const { mistakes, lost } = await mistakesOf({ cuts: 'between workers', deaths: 'any' })
    expect(mistakes).toEqual([])
    expect(lost).toBeGreaterThan(seeds / 4)
  }, 600_000)

  it('PROC-04 HANDOFF-05 LINK-01 an ordered node handles each message once, whatever befalls the workers before it', async () => {
    const befalls: Faults = { cuts: 'between workers', deaths: 'unordered', moves: 'unordered', movedDie: true }
    const { mistakes, lost } = await mistakesOf(befalls, [lostLink, lostWorker])
    expect(mistakes).toEqual([])
    expect(lost).toBeGreaterThan(seeds / 4)
  }, 600_000)

  it('HANDOFF-05 PROC-04 LINK-01 when all of that happens each gets its answer or fails with what was lost', async () => {
    const { mistakes, lost } = await mistakesOf({ cuts: 'any', deaths: 'any', moves: 'any' }, [lostLink, lostWorker])
    expect(mistakes).toEqual([])
    expect(lost).toBeGreaterThan(seeds / 4)
  }, 600_000)

  it('REPLY-02 REPLY-09 nothing is left of those that are cancelled or late, whatever happens meanwhile', async () => {
    const everything: Faults = { cuts: 'any', deaths: 'any', moves: 'any', impatient: true }
    const { mistakes, codes } = await mistakesOf(everything, [lostLink, lostWorker])
    expect(mistakes).toEqual([])
    expect([...codes.keys()]).toEqual(expect.arrayContaining(['REPLY_CANCELLED', 'REPLY_TIMEOUT']))
  }, 600_000)

  it('HANDOFF-04 LINK-01 where nothing is sent again each gets its answer or fails with what was lost', async () => {
    const { mistakes, codes } = await mistakesOf({ cuts: 'any', deaths: 'any', redeliver: 0 }, [lostLink, lostWorker])
    expect(mistakes).toEqual([])
    expect([...codes.keys()]).toEqual(expect.arrayContaining([lostLink, lostWorker]))
  }, 600_000)
})
