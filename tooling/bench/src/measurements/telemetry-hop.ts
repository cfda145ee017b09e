import { join } from 'node:path'
import type { BenchPart } from '../harness/bench.js'
import { compile, compileApplication } from '../harness/compile.js'
import { openPair } from '../harness/pair.js'
import { telemetryRounds, telemetrySection } from './telemetry-sides.js'
import { benchFolder } from './web-sides.js'

const flight = 64
/** What every side does once when it has been started, so that its code is compiled. */
const warmUp = { ms: 500, requests: 40_000 }
const measured = { ms: 800, requests: 0 }

/** A request to a worker and its reply, with what can be seen of it. */
export const telemetryHop: BenchPart = {
  name: 'hop',
  about: `an echo of 200 B over a worker, ${flight} in flight, with metrics and traces, beside the same with nothing on`,
  async measure({ rounds, progress }) {
    const driver = await compile('hop-driver')
    const programs = ['hop-millrace', 'hop-nodes']
    const side = join(await compileApplication({ name: 'telemetry-hop', programs, opensWeb: true }), 'hop-millrace.js')
    const where = { driver, side, cwd: benchFolder, flags: ['--conditions=@millrace/source'] }
    const results = await telemetryRounds({ what: 'hop', rounds, progress }, async (telemetry) => {
      const pair = await openPair({ ...where, settings: JSON.stringify({ observability: telemetry }) })
      try {
        const echoed = await pair.measure({ kind: 'records', bytes: 200, flight, warmUp, measured })
        return { ...echoed, lost: await pair.lost() }
      } finally {
        await pair.close()
      }
    })
    return [telemetrySection(`Echo of 200 B over a worker, ${flight} in flight`, results, [])]
  },
}
