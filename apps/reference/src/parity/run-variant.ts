import { createRuntime } from '@millrace/kernel'
import { configFiles } from '../config-files.js'
import type { TallyReport } from '../egress/tally.js'
import type { Scenario } from '../scenarios.js'
import type { Variant } from './variants.js'

/** Runs the application once in one variant. @returns what its sink reports and how long it took, in seconds */
export async function runVariant(
  { profile, checks }: Variant,
  scenario: Scenario,
  files: { readonly input: string; readonly output: string },
): Promise<{ readonly report: TallyReport; readonly seconds: number }> {
  const runtime = await createRuntime({
    config: configFiles(scenario, profile),
    overlay: { adapters: { read: { path: files.input }, write: { path: files.output } } },
    checks,
  })
  const start = performance.now()
  const { reports } = await runtime.run()
  return { report: reports.write as TallyReport, seconds: (performance.now() - start) / 1000 } // what the sink of this name reports
}
