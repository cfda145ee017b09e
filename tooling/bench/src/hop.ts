import type { Bench } from './harness/bench.js'
import { attacked } from './measurements/attacked.js'
import { largeHops, smallHops } from './measurements/hops.js'

/** A request to another process and its reply, beside plain code and what other systems have for it. */
export const hop: Bench = {
  name: 'hop',
  about: 'a request to a worker and its reply, beside plain sockets, fork and other frameworks',
  parts: [smallHops, largeHops, attacked],
}
