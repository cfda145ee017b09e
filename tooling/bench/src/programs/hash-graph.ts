/** The reference job with hashing, in worker processes. Prints how long the lines took, without start and stop. */

import { fileURLToPath } from 'node:url'
import { createRuntime } from '@millrace/kernel'
import { childrenMs } from './children-ms.js'
import type { HashGraphTask, HashMeasurement } from './hash-task.js'
import { lostIn } from './lost.js'
import { report, taskOf } from './measure.js'

const { input, output, workers, rounds, telemetry = {} } = taskOf<HashGraphTask>()
const runtime = await createRuntime({
  config: {
    version: 1,
    scenario: { name: 'pipeline' },
    runtime: {
      discovery_modules: [fileURLToPath(new URL('./reference-baseline.js', import.meta.url))],
      observability: telemetry,
      platform: {
        bootstrap: { mode: 'process_supervisor' },
        execution_ipc: {},
        process_groups: [
          { name: 'ingress', stages: ['ingress'] },
          { name: 'features', stages: ['features'], workers },
          { name: 'policy', stages: ['policy'], restart: { policy: 'never' } },
          { name: 'egress', stages: ['egress'] },
        ],
      },
    },
    nodes: { features: { hash_rounds: rounds } },
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
  lines: Number(reports.write?.lines),
  wallMs: exhaustedMs - startedMs,
  cpuMs: (user + system) / 1000 + childrenMs(),
  lost: lostIn(await runtime.metrics()),
} satisfies HashMeasurement)
