import { describe, expect, it } from '@jest/globals'
import { expectedVisits, type RandomCase, randomCase } from './random-graph.js'
import { type RandomRun, runRandomGraph } from './run-random-graph.js'
import { runRandomMesh } from './run-random-mesh.js'

/** How many seeds are run; each is a graph, its handlers and the order in which they go on. */
const seeds = Number(process.env.ROUNDS ?? 1) * 200

/** Seeds beyond the first ones that have found a mistake once. */
const found = [5800, 7206]
const all = [...Array.from({ length: seeds }, (_, index) => index + 1), ...found.filter((seed) => seed > seeds)]

/** Runs one seed. @returns what was wrong, or undefined */
async function mistakeOf(
  seed: number,
  run: (testCase: RandomCase, seed: number) => Promise<RandomRun>,
): Promise<string | undefined> {
  const testCase = randomCase(seed)
  const expected = expectedVisits(testCase)
  if (expected === undefined) return undefined
  const { seen, ended, left, failure } = await run(testCase, seed)
  if (!ended || left > 0) return `seed ${seed} did not end: ${left} roots left, ${failure?.message ?? 'no failure'}`
  const wrong = testCase.graph.nodes.findIndex(({ ordered }, node) => {
    const visits = ordered ? (seen[node] ?? []) : [...(seen[node] ?? [])].sort()
    const wanted = ordered ? (expected[node] ?? []) : [...(expected[node] ?? [])].sort()
    return visits.join(' ') !== wanted.join(' ')
  })
  return wrong < 0 ? undefined : `seed ${seed}: node ${wrong} saw something else, or in another order`
}

describe('order of messages in one process', () => {
  it('ORDER-01 sinks and ordered nodes see source order in random graphs with asynchronous nodes, filters, fan-out and diamonds; all others see the same set; nothing is left', async () => {
    const mistakes: string[] = []
    for (const seed of all) {
      const mistake = await mistakeOf(seed, runRandomGraph)
      if (mistake !== undefined) mistakes.push(mistake)
    }
    expect(mistakes).toEqual([])
  }, 600_000)
})

describe('order of messages across workers', () => {
  it('ORDER-01 the same holds on random groups and slots, with the real links over a carrier in memory and a seeded scheduler', async () => {
    const mistakes: string[] = []
    for (const seed of all) {
      const mistake = await mistakeOf(seed, runRandomMesh)
      if (mistake !== undefined) mistakes.push(mistake)
    }
    expect(mistakes).toEqual([])
  }, 1_200_000)
})
