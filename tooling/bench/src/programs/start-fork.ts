/** How long a fork of the same modules takes until it says that it has imported them. Prints the times. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { report, taskOf } from './measure.js'
import type { StartMeasurement, StartTask } from './start-task.js'

const { starts } = taskOf<StartTask>()
const readyMs: number[] = []
for (let start = 0; start < starts; start++) readyMs.push(await startOnce())
report({ readyMs } satisfies StartMeasurement)

async function startOnce(): Promise<number> {
  const spawnedAt = performance.now()
  const child = fork(fileURLToPath(new URL('./start-modules.js', import.meta.url)), { execArgv: [] })
  await once(child, 'message')
  const readyMs = performance.now() - spawnedAt
  child.disconnect()
  await once(child, 'exit')
  return readyMs
}
