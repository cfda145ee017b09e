import { expectedFailures, expectedVisits, type RandomCase, randomCase, withFailures } from './random-graph.js'
import { keyAt, type RandomRun } from './run-random-graph.js'

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
 * @param throwing whether handlers throw
 */
export async function runSeed<Run extends RandomRun>(
  seed: number,
  runCase: RunCase<Run>,
  atLeastOnce = false,
  throwing = false,
): Promise<SeedResult<Run>> {
  const testCase = throwing ? withFailures(randomCase(seed)) : randomCase(seed)
  if (expectedVisits(testCase) === undefined) return { mistake: undefined, run: undefined }
  const run = await runCase(testCase, seed)
  const expected = expectedVisits(testCase) ?? [] // some of its nodes may have been mended
  const { seen, ended, left, failure } = run
  if (!ended || left > 0)
    return { run, mistake: `seed ${seed} did not end: ${left} roots left, ${failure?.message ?? 'no failure'}` }
  const wrong = testCase.graph.nodes.findIndex(({ ordered }, node) => {
    const wanted = expected[node] ?? []
    const visits = seen[node] ?? []
    if (ordered) return visits.join(' ') !== (run.byKey?.[node] ? inKeys(wanted) : wanted).join(' ')
    return different(visits, wanted, atLeastOnce)
  })
  // What was mended may have become a letter before it came again.
  const letters = run.letters?.filter((letter) => !testCase.mended?.has(letter))
  if (letters !== undefined && different(letters, expectedFailures(testCase), atLeastOnce))
    return { run, mistake: `seed ${seed}: the letters are others` }
  return { run, mistake: wrong < 0 ? undefined : `seed ${seed}: node ${wrong} saw something else, or in another order` }
}

function different(some: readonly string[], wanted: readonly string[], atLeastOnce: boolean): boolean {
  const all = [...(atLeastOnce ? new Set(some) : some)].sort()
  return all.join(' ') !== [...wanted].sort().join(' ')
}

function inKeys(visits: readonly string[]): readonly string[] {
  const keyOf = (visit: string): number => keyAt(visit.split(',').map(Number))
  return visits.toSorted((one, other) => keyOf(one) - keyOf(other))
}
