/**
 * A route of a configuration: `inline` in this process, or `worker`, where a web worker asks another one over a signed link; and,
 * as JSON, the telemetry that it has.
 */
import { fileURLToPath } from 'node:url'
import { createRuntime, type Runtime } from '@millrace/kernel'
import { AskUsage, Usage } from './hop-nodes.js'
import { lostIn } from './lost.js'
import { AskFrontUsage } from './web-nodes.js'

const [, , mode, telemetry = '{}'] = process.argv
const inline = mode === 'inline'
const platform = {
  bootstrap: { mode: 'process_supervisor' as const },
  execution_ipc: {},
  process_groups: [
    { name: 'web', nodes: ['front-usage'] },
    { name: 'echo', nodes: ['echo', 'usage'] },
  ],
}

const app = await createRuntime({
  config: {
    version: 1,
    scenario: { name: 'web' },
    runtime: {
      discovery_modules: [fileURLToPath(new URL('./web-nodes.js', import.meta.url))],
      ...(inline ? {} : { platform }),
      observability: JSON.parse(telemetry),
      web: {
        server: { host: '127.0.0.1', port: 0 },
        interfaces: [{ kind: 'http', method: 'POST', path: '/echo', request: 'bench.ask', response: 'bench.answer' }],
      },
    },
  },
})
await app.start()

process.on('message', (message) => {
  if (message === 'cpu') void cpuMs(app).then((used) => process.send?.({ said: 'cpu', cpuMs: used }))
  if (message === 'lost') void app.metrics().then((samples) => process.send?.({ said: 'lost', count: lostIn(samples) }))
  if (message === 'close') void app.stop().then(() => process.exit())
})
process.send?.({ said: 'ready', url: `${app.url}/echo` })

/** Time on processors so far, of this process and of its workers. */
async function cpuMs(runtime: Runtime): Promise<number> {
  const { user, system } = process.cpuUsage()
  const own = (user + system) / 1000
  if (inline) return own
  const workers = await Promise.all([
    runtime.request(AskUsage, {}, { expect: Usage }),
    runtime.request(AskFrontUsage, {}, { expect: Usage }),
  ])
  return workers.reduce((sum, worker) => sum + worker.cpuMs, own)
}
