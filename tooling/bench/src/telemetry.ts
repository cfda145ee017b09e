import type { Bench } from './harness/bench.js'
import { telemetryHop } from './measurements/telemetry-hop.js'
import { telemetryReference } from './measurements/telemetry-reference.js'
import { telemetryRoute } from './measurements/telemetry-route.js'

/** What it costs to see what happens. */
export const telemetry: Bench = {
  name: 'telemetry',
  about: 'what metrics and traces cost, and what a receiver that is slow or dead does',
  parts: [telemetryRoute, telemetryHop, telemetryReference],
}
