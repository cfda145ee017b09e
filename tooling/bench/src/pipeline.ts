import type { Bench } from './harness/bench.js'
import { workerGain } from './measurements/worker-gain.js'
import { workerStarts } from './measurements/worker-starts.js'

/** Worker processes: how soon they are ready, and what a second one gains. */
export const pipeline: Bench = {
  name: 'pipeline',
  about: 'how soon workers are ready, and what a second one gains where there is something to do',
  parts: [workerStarts, workerGain],
}
