/** How long workers take from the first spawn until the last is ready, with what they import. Prints the times. */
import { fileURLToPath } from 'node:url'
import { createRuntime } from '@millrace/kernel'
import { report, taskOf } from './measure.js'
import type { StartMeasurement, StartTask } from './start-task.js'

const { starts, groups } = taskOf<StartTask>()
const readyMs: number[] = []
for (let start = 0; start < starts; start++) readyMs.push(await startOnce())
report({ readyMs } satisfies StartMeasurement)

async function startOnce(): Promise<number> {
  const app = await createRuntime({
    config: {
      version: 1,
      scenario: { name: 'start' },
      runtime: {
        discovery_modules: [fileURLToPath(new URL('./start-nodes.js', import.meta.url))],
        platform: {
          bootstrap: { mode: 'process_supervisor' },
          execution_ipc: {},
          process_groups: groupsOf(['one', 'two', 'three', 'four']),
        },
      },
    },
  })
  const at = { spawned: Number.NaN, ready: Number.NaN }
  app.subscribe(({ name }) => {
    if (name === 'worker.starting' && Number.isNaN(at.spawned)) at.spawned = performance.now()
    if (name === 'worker.ready') at.ready = performance.now()
  })
  await app.start()
  await app.stop()
  return at.ready - at.spawned
}

function groupsOf(nodes: readonly string[]) {
  if (groups === 1) return [{ name: 'all', nodes }]
  return nodes.map((node) => ({ name: node, nodes: [node] }))
}
