import type { Failure } from './failure.js'
import { edgeFailures } from './rows/edges.js'
import { startFailures } from './rows/starts.js'
import { wireFailures } from './rows/wire.js'
import { workerFailures } from './rows/workers.js'

/** Every row of the failure matrix, in its order. */
export const failures: readonly Failure[] = [...workerFailures, ...startFailures, ...wireFailures, ...edgeFailures]

/** The first row of each kind, which tests make; CI makes all. */
export const sample: readonly Failure[] = [workerFailures, startFailures, wireFailures, edgeFailures].flatMap(
  ([first]) => first ?? [],
)
