import type { RandomCase } from './random-graph.js'
import { RandomWorkers } from './random-workers.js'
import { type MeshFaults, noFaults, RandomWorld } from './random-world.js'
import type { RandomRun } from './run-random-graph.js'

/** What a run of random workers showed. */
export interface RandomMeshRun extends RandomRun {
  readonly crashes: number
  readonly moves: number
  readonly cuts: number
  readonly interruptions: number
  readonly redelivered: number
  readonly repeats: number
}

/**
 * Runs a random graph on random groups and slots: the real runner and the real links, over a carrier in memory whose batches,
 * like promises and streams, go on in the order of a seeded scheduler. Workers that hold nothing ordered may be killed at any
 * step, or replaced while they work, and any link may be cut. Where they record what they do, any worker may be killed, and a run
 * that has ended before its end goes on as another.
 */
export async function runRandomMesh(
  testCase: RandomCase,
  seed: number,
  faults: MeshFaults = noFaults,
): Promise<RandomMeshRun> {
  const world = new RandomWorld(testCase, seed, faults)
  let [redelivered, repeats, leftAtRest] = [0, 0, 0]
  for (let number = 1; ; number++) {
    const workers = new RandomWorkers(world, number)
    await workers.start()
    const { wasInterrupted, counters, ...end } = await workers.run()
    leftAtRest += end.leftAtRest
    redelivered += counters.redelivered
    repeats += counters.repeats
    if (wasInterrupted) continue
    const { seen, byKey, letters, happened } = world
    const given = faults.failures === 'dropped' ? {} : { letters }
    return { ...end, left: end.left + leftAtRest, seen, byKey, ...given, ...happened, redelivered, repeats }
  }
}
