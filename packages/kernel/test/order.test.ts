import { describe, expect, it } from '@jest/globals'
import { type RunCase, runSeed } from './order-mistakes.js'
import { type RandomRun, runRandomGraph } from './run-random-graph.js'
import { type RandomMeshRun, runRandomMesh } from './run-random-mesh.js'

/** How many seeds are run; each is a graph, its handlers and the order in which they go on. */
const seeds = Number(process.env.ROUNDS ?? 1) * 200

/** Seeds beyond the first ones that have found a mistake once. */
const found = [5800, 7206]
const all = [...Array.from({ length: seeds }, (_, index) => index + 1), ...found.filter((seed) => seed > seeds)]

interface AllRuns<Run> {
  readonly mistakes: readonly string[]
  readonly runs: readonly Run[]
}

async function runAll<Run extends RandomRun>(runCase: RunCase<Run>, atLeastOnce: boolean): Promise<AllRuns<Run>> {
  const mistakes: string[] = []
  const runs: Run[] = []
  for (const seed of all) {
    const { mistake, run } = await runSeed(seed, runCase, atLeastOnce)
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
      (testCase, seed) => runRandomMesh(testCase, seed, { crashes: 6, cuts: 0 }),
      true,
    )
    expect(mistakes).toEqual([])
    expectFaults(runs, 'crashes')
  }, 2_400_000)

  it('ORDER-01 LINK-01 the same holds when links are lost too, and what they carried is sent again', async () => {
    const { mistakes, runs } = await runAll(
      (testCase, seed) => runRandomMesh(testCase, seed, { crashes: 3, cuts: 4 }),
      true,
    )
    expect(mistakes).toEqual([])
    expectFaults(runs, 'cuts')
  }, 2_400_000)
})

/** A fault that hit nothing proves nothing. */
function expectFaults(runs: readonly RandomMeshRun[], fault: 'crashes' | 'cuts'): void {
  const sum = (name: 'crashes' | 'cuts' | 'redelivered' | 'repeats') =>
    runs.reduce((total, run) => total + run[name], 0)
  expect(sum(fault)).toBeGreaterThan(runs.length / 4)
  expect(sum('redelivered')).toBeGreaterThan(runs.length)
  expect(sum('repeats')).toBeGreaterThan(runs.length)
}
