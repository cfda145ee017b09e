import { createRuntime, type Runtime } from '@millrace/kernel'
import { application } from '../application.js'
import type { TallyReport } from '../egress/tally.js'
import type { Scenario } from '../scenarios.js'
import type { LentRedis } from './lent-redis.js'
import type { Variant } from './variants.js'

/** On what a variant runs. */
export interface VariantRun {
  readonly input: string
  readonly output: string
  /** Flags of Node for worker processes. @default those of this process that concern modules */
  readonly workerFlags?: readonly string[] | undefined
  /** What messages are carried over where the profile is redis. */
  readonly redis?: LentRedis | undefined
  /** Sees the runtime before it starts. */
  readonly made?: ((runtime: Runtime) => void) | undefined
}

/** Runs the application once in one variant. @returns what its sink reports and how long it took, in seconds */
export async function runVariant(
  { profile, workers, delayed, checks }: Variant,
  scenario: Scenario,
  { input, output, workerFlags, redis, made }: VariantRun,
): Promise<{ readonly report: TallyReport; readonly seconds: number }> {
  const make = async (): Promise<Runtime> =>
    createRuntime({
      ...(await application({ scenario, profile, workers, delayed, input, output })),
      checks,
      ...(workerFlags === undefined ? {} : { workerFlags }),
    })
  const runtime = await (redis === undefined ? make() : redis.lend(make))
  made?.(runtime)
  const start = performance.now()
  const { reports } = await runtime.run()
  return { report: reports.write as TallyReport, seconds: (performance.now() - start) / 1000 } // what the sink of this name reports
}
