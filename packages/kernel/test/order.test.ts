import { describe, expect, it } from '@jest/globals'
import { type RunCase, runSeed } from './order-mistakes.js'
import { noFaults } from './random-world.js'
import { type RandomRun, runRandomGraph } from './run-random-graph.js'
import { type RandomMeshRun, runRandomMesh } from './run-random-mesh.js'

/** How many seeds are run; each is a graph, its handlers and the order in which they go on. */
const seeds = Number(process.env.ROUNDS ?? 1) * 100
/** The first of them. CI goes on after those of `pnpm verify`. */
const first = Number(process.env.FIRST_SEED ?? 1)

/** Seeds beyond the first ones that have found a mistake once. */
const found = first > 1 ? [] : [168, 637, 803, 3064, 3132, 3429, 3577, 5800, 7206, 30549]
const all = [...Array.from({ length: seeds }, (_, index) => first + index), ...found.filter((seed) => seed > seeds)]

interface AllRuns<Run> {
  readonly mistakes: readonly string[]
  readonly runs: readonly Run[]
}

async function runAll<Run extends RandomRun>(
  runCase: RunCase<Run>,
  atLeastOnce: boolean,
  throwing = false,
): Promise<AllRuns<Run>> {
  const mistakes: string[] = []
  const runs: Run[] = []
  for (const seed of all) {
    const { mistake, run } = await runSeed(seed, runCase, atLeastOnce, throwing)
    if (mistake !== undefined) mistakes.push(mistake)
    if (run !== undefined) runs.push(run)
  }
  return { mistakes, runs }
}

describe('order of messages in one process', () => {
  it('ORDER-01 sinks and ordered nodes see source order in random graphs with asynchronous nodes, filters, fan-out and diamonds; all others see the same set; nothing is left', async () => {
    const { mistakes } = await runAll(runRandomGraph, false)
    expect(mistakes).toEqual([])
  }, 600_000)
})

describe('order of messages across workers', () => {
  it('ORDER-01 the same holds on random groups and slots, with the real links over a carrier in memory and a seeded scheduler', async () => {
    const { mistakes } = await runAll(runRandomMesh, false)
    expect(mistakes).toEqual([])
  }, 1_200_000)

  it('ORDER-01 the same holds when workers die and are replaced; what nothing ordered guards may be seen again', async () => {
    const { mistakes, runs } = await runAll(
      (testCase, seed) => runRandomMesh(testCase, seed, { ...noFaults, crashes: 6 }),
      true,
    )
    expect(mistakes).toEqual([])
    expectFaults(runs, 'crashes', ['redelivered', 'repeats'])
  }, 2_400_000)

  it('ORDER-01 LINK-01 the same holds when links are lost too, and what they carried is sent again', async () => {
    const { mistakes, runs } = await runAll(
      (testCase, seed) => runRandomMesh(testCase, seed, { ...noFaults, crashes: 3, cuts: 4 }),
      true,
    )
    expect(mistakes).toEqual([])
    expectFaults(runs, 'cuts', ['redelivered', 'repeats'])
  }, 2_400_000)

  it('ORDER-01 HANDOFF-05 the same holds when workers are replaced while they work', async () => {
    const { mistakes, runs } = await runAll(
      (testCase, seed) => runRandomMesh(testCase, seed, { ...noFaults, moves: 6 }),
      true,
    )
    expect(mistakes).toEqual([])
    expectFaults(runs, 'moves', ['repeats'])
  }, 2_400_000)

  it('ORDER-01 HANDOFF-05 the same holds when meanwhile others die and links are lost', async () => {
    const { mistakes, runs } = await runAll(
      (testCase, seed) => runRandomMesh(testCase, seed, { crashes: 3, moves: 4, cuts: 3 }),
      true,
    )
    expect(mistakes).toEqual([])
    expectFaults(runs, 'moves', ['redelivered', 'repeats'])
  }, 2_400_000)
})

describe('order of messages across workers that record what they do', () => {
  it('ORDER-01 REDIS-02 every message is handled once, and nothing is left in their ledgers', async () => {
    const { mistakes } = await runAll(
      (testCase, seed) => runRandomMesh(testCase, seed, { ...noFaults, durable: true }),
      false,
    )
    expect(mistakes).toEqual([])
  }, 1_200_000)

  it('ORDER-01 REDIS-02 the same holds when workers with ordered nodes and the sink die too: each has handled every message once', async () => {
    const { mistakes, runs } = await runAll(
      (testCase, seed) => runRandomMesh(testCase, seed, { ...noFaults, crashes: 6, durable: true }),
      true,
    )
    expect(mistakes).toEqual([])
    expectFaults(runs, 'crashes', ['redelivered', 'repeats'])
  }, 2_400_000)

  it('ORDER-01 REDIS-02 LINK-01 the same holds when links are lost too', async () => {
    const { mistakes, runs } = await runAll(
      (testCase, seed) => runRandomMesh(testCase, seed, { ...noFaults, crashes: 4, cuts: 4, durable: true }),
      true,
    )
    expect(mistakes).toEqual([])
    expectFaults(runs, 'cuts', ['redelivered', 'repeats'])
  }, 2_400_000)
})

describe('order of messages in runs that are resumed', () => {
  it('ORDER-01 REDIS-02 RESUME-01 the same holds when a run ends before its end and others go on with it, whatever has ended it', async () => {
    const { mistakes, runs } = await runAll(
      (testCase, seed) => runRandomMesh(testCase, seed, { ...noFaults, interruptions: 3, durable: true }),
      true,
    )
    expect(mistakes).toEqual([])
    expectFaults(runs, 'interruptions', ['repeats'])
  }, 2_400_000)

  it('ORDER-01 REDIS-02 RESUME-01 HANDOFF-05 LINK-01 the same holds when workers die too, links are lost, and workers that record nothing are replaced while they work', async () => {
    const { mistakes, runs } = await runAll(
      (testCase, seed) =>
        runRandomMesh(testCase, seed, { crashes: 4, moves: 3, cuts: 3, interruptions: 3, durable: true }),
      true,
    )
    expect(mistakes).toEqual([])
    expectFaults(runs, 'interruptions', ['redelivered', 'repeats'])
  }, 2_400_000)

  it('ORDER-01 REDIS-02 RESUME-01 LINK-01 where a message has failed nothing is left of it in any worker when all has come to rest, and the run that goes on misses nothing', async () => {
    const faults = { crashes: 4, moves: 3, cuts: 3, interruptions: 3, durable: true, rests: true }
    const { mistakes, runs } = await runAll((testCase, seed) => runRandomMesh(testCase, seed, faults), true)
    expect(mistakes).toEqual([])
    expectFaults(runs, 'interruptions', ['redelivered', 'repeats'])
  }, 2_400_000)
})

describe('order of messages of which some cannot be handled', () => {
  for (const failures of ['dropped', 'in a file', 'in Redis'] as const) {
    it(`ORDER-01 REDIS-02 what handlers throw for is ${failures}, the rest is where it would be without, and nothing is left`, async () => {
      const { mistakes } = await runAll(
        (testCase, seed) => runRandomMesh(testCase, seed, { ...noFaults, durable: true, partitions: true, failures }),
        false,
        true,
      )
      expect(mistakes).toEqual([])
    }, 1_200_000)

    it(`ORDER-01 REDIS-02 RESUME-01 LINK-01 the same holds where it is ${failures} when workers die, links are lost, workers are replaced, and runs end before their end`, async () => {
      const faults = { crashes: 4, moves: 3, cuts: 3, interruptions: 3, durable: true, partitions: true, failures }
      const { mistakes, runs } = await runAll((testCase, seed) => runRandomMesh(testCase, seed, faults), true, true)
      expect(mistakes).toEqual([])
      expectFaults(runs, 'interruptions', ['redelivered', 'repeats'])
    }, 2_400_000)
  }
})

type Count = 'crashes' | 'moves' | 'cuts' | 'interruptions' | 'redelivered' | 'repeats'

/** A fault that hit nothing proves nothing. */
function expectFaults(runs: readonly RandomMeshRun[], fault: Count, effects: readonly Count[]): void {
  const sum = (name: Count) => runs.reduce((total, run) => total + run[name], 0)
  expect(sum(fault)).toBeGreaterThan(runs.length / 4)
  for (const effect of effects) expect(sum(effect)).toBeGreaterThan(runs.length)
}
