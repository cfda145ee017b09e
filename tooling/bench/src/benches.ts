import { backend } from './backend.js'
import type { Bench } from './harness/bench.js'
import { hop } from './hop.js'
import { pipeline } from './pipeline.js'
import { runner } from './runner.js'
import { telemetry } from './telemetry.js'
import { web } from './web.js'

/** Everything that `pnpm bench` can measure. */
export const benches: readonly Bench[] = [runner, hop, pipeline, web, telemetry, backend]
