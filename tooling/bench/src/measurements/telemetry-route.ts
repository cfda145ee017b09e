import { join } from 'node:path'
import type { BenchPart } from '../harness/bench.js'
import { type CompanionProgram, startCompanion } from '../harness/companion.js'
import { compileApplication } from '../harness/compile.js'
import { connections, measureRoute } from './measure-route.js'
import {
  type TelemetryBudget,
  type TelemetryMeasurement,
  telemetryRounds,
  telemetrySection,
} from './telemetry-sides.js'
import { benchFolder } from './web-sides.js'

const budgets: readonly TelemetryBudget[] = [
  { id: 'P15', above: 'metrics', below: 'off', better: 'more', required: 0.97, goal: 0.99 },
  { id: 'P15', above: 'sampled', below: 'off', better: 'more', required: 0.93, goal: 0.97 },
  { id: 'P15', above: 'fast', below: 'off', better: 'more', required: 0.5, goal: 0.65 },
  { id: 'P15', above: 'dead', below: 'fast', better: 'more', required: 0.95, goal: 1 },
]

/** The route over a worker, with what can be seen of it. */
export const telemetryRoute: BenchPart = {
  name: 'route',
  about: 'POST of 200 B over a worker with metrics and traces, beside the same with nothing on (P15)',
  async measure({ rounds, progress }) {
    const programs = ['web-millrace', 'web-nodes', 'hop-nodes']
    const folder = await compileApplication({ name: 'web', programs, opensWeb: true })
    const results = await telemetryRounds({ what: 'route', rounds, progress }, (settings) =>
      measureSide({
        program: join(folder, 'web-millrace.js'),
        args: ['worker', JSON.stringify(settings)],
        cwd: benchFolder,
        flags: ['--conditions=@millrace/source'],
      }),
    )
    return [telemetrySection(`Echo of 200 B over HTTP and a worker, ${connections} connections`, results, budgets)]
  },
}

async function measureSide(program: CompanionProgram): Promise<TelemetryMeasurement> {
  const side = await startCompanion(program)
  try {
    const measured = await measureRoute(side)
    return { ...measured, lost: Number((await side.ask('lost', 'lost')).count) }
  } finally {
    await side.close()
  }
}
