import type { Bench } from './harness/bench.js'
import { chains } from './measurements/chains.js'
import { flights } from './measurements/flights.js'
import { memoryGrowth } from './measurements/memory-growth.js'
import { referenceJob } from './measurements/reference-job.js'

/** The runner in one process: what a hop costs, how it grows, and what the whole reference job keeps of a loop's speed. */
export const runner: Bench = {
  name: 'runner',
  about: 'a hop in the runner and the reference job, beside the same work without a graph',
  parts: [chains, flights, referenceJob, memoryGrowth],
}
