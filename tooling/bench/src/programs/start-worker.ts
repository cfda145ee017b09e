/** How long a worker takes from its spawn until it is ready, with what it imports. Prints the times. */
import { fileURLToPath } from 'node:url'
import { createRuntime } from '@millrace/kernel'
import { report, taskOf } from './measure.js'
import type { StartMeasurement, StartTask } from './start-task.js'

const { starts } = taskOf<StartTask>()
const readyMs: number[] = []
for (let start = 0; start < starts; start++) readyMs.push(await startOnce())
report({ readyMs } satisfies StartMeasurement)

async function startOnce(): Promise<number> {
  const app = await createRuntime({
    config: {
      version: 1,
      scenario: { name: 'start' },
      runtime: {
        discovery_modules: [fileURLToPath(new URL('./hop-nodes.js', import.meta.url))],
        platform: {
          bootstrap: { mode: 'process_supervisor' },
          execution_ipc: {},
          process_groups: [{ name: 'echo', nodes: ['echo', 'echo-bytes', 'usage'] }],
        },
      },
    },
  })
  const at = new Map<string, number>()
  app.subscribe(({ name }) => void at.set(name, performance.now()))
  await app.start()
  await app.stop()
  return (at.get('worker.ready') ?? Number.NaN) - (at.get('worker.starting') ?? Number.NaN)
}
