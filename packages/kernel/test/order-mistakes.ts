import { expectedVisits, type RandomCase, randomCase } from './random-graph.js'
import type { RandomRun } from './run-random-graph.js'

/** Runs a random graph in one of several ways. */
export type RunCase<Run extends RandomRun> = (testCase: RandomCase, seed: number) => Promise<Run>

/** What was wrong with one seed; undefined when nothing was, or when its graph makes too many messages. */
export interface SeedResult<Run> {
  readonly mistake: string | undefined
  readonly run: Run | undefined
}

/**
 * Runs one seed and compares what each node saw with what one depth-first process would show it.
 *
 * @param atLeastOnce whether a node that is not ordered may see a message again
 */
export async function runSeed<Run extends RandomRun>(
  seed: number,
  runCase: RunCase<Run>,
  atLeastOnce = false,
): Promise<SeedResult<Run>> {
  const testCase = randomCase(seed)
  const expected = expectedVisits(testCase)
  if (expected === undefined) return { mistake: undefined, run: undefined }
  const run = await runCase(testCase, seed)
  const { seen, ended, left, failure } = run
  if (!ended || left > 0)
    return { run, mistake: `seed ${seed} did not end: ${left} roots left, ${failure?.message ?? 'no failure'}` }
  const wrong = testCase.graph.nodes.findIndex(({ ordered }, node) => {
    const wanted = expected[node] ?? []
    const visits = seen[node] ?? []
    if (ordered) return visits.join(' ') !== wanted.join(' ')
    const set = [...(atLeastOnce ? new Set(visits) : visits)].sort()
    return set.join(' ') !== [...wanted].sort().join(' ')
  })
  return { run, mistake: wrong < 0 ? undefined : `seed ${seed}: node ${wrong} saw something else, or in another order` }
}
