/** The reference job by the application's own configuration, in one of its profiles. Prints how long the lines took. */
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { createRuntime } from '@millrace/kernel'
import { childrenMs } from './children-ms.js'
import { report, taskOf } from './measure.js'
import type { ProfileMeasurement, ProfileTask } from './profile-task.js'

const { config, platform, redis, input, output } = taskOf<ProfileTask>()
// The profiles name these two variables.
process.env.MILLRACE_REFERENCE_REDIS = redis
process.env.MILLRACE_REFERENCE_SECRET = randomBytes(32).toString('hex')
const runtime = await createRuntime({
  config,
  overlay: {
    runtime: {
      discovery_modules: [fileURLToPath(new URL('./reference-baseline.js', import.meta.url))],
      platform,
    },
    adapters: { read: { path: input }, write: { path: output } },
  },
})
let startedMs = 0
let exhaustedMs = 0
runtime.subscribe(({ name }) => {
  if (name === 'runtime.running') startedMs = performance.now()
  if (name === 'source.exhausted') exhaustedMs = performance.now()
})
const { reports } = await runtime.run()
const { user, system } = process.cpuUsage()
report({
  units: Number(reports.write?.lines),
  wallMs: exhaustedMs - startedMs,
  cpuMs: (user + system) / 1000 + childrenMs(),
} satisfies ProfileMeasurement)
