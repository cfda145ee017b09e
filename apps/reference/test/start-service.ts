import { sourceFlags } from '@millrace/from-source'
import { createRuntime, type Runtime } from '@millrace/kernel'
import { serveApplication, serveSettings } from '../src/command/serve.js'
import type { Scenario } from '../src/scenarios.js'

/** The reference application as a service, on a port that was free. */
export interface Service {
  readonly runtime: Runtime
  readonly url: string
}

/** Starts what `reference serve` starts. */
export async function startService(
  profile: string,
  scenario: Scenario = 'baseline',
  ...more: readonly string[]
): Promise<Service> {
  const settings = serveSettings(['--profile', profile, '--scenario', scenario, '--port', '0', ...more])
  const runtime = await createRuntime({ ...serveApplication(settings), embedded: false, workerFlags: sourceFlags })
  await runtime.start()
  return { runtime, url: runtime.url ?? '' }
}
