import type { Bench } from './harness/bench.js'
import { carrierHop } from './measurements/carrier-hop.js'
import { carrierReference } from './measurements/carrier-reference.js'

/** What carries messages between processes, and what keeps state beyond them. */
export const backend: Bench = {
  name: 'backend',
  about: 'TCP, ZeroMQ and Redis as carriers, and Redis as store, beside Redis Streams by hand and BullMQ',
  lines: 20_000,
  parts: [carrierHop, carrierReference],
}
