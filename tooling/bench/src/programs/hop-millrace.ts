/** The whole public path: a runtime that supervises one worker, a request with a promise and a deadline for each echo. */
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { createRuntime } from '@millrace/kernel'
import { Answer, AnswerBytes, Ask, AskBytes, AskUsage, Usage } from './hop-nodes.js'
import type { HopPayload } from './hop-payload.js'
import type { HopSide } from './hop-side.js'
import { lostIn } from './lost.js'

const timeoutMs = 60_000

/** Starts the worker. @param settings a layer over `runtime`, as JSON */
export async function open(settings = '{}'): Promise<HopSide> {
  // For carriers that want one of their own.
  process.env.MILLRACE_BENCH_SECRET = randomBytes(32).toString('hex')
  const app = await createRuntime({
    config: {
      version: 1,
      scenario: { name: 'hop' },
      runtime: {
        discovery_modules: [fileURLToPath(new URL('./hop-nodes.js', import.meta.url))],
        // As many large payloads as are in flight must be admitted.
        max_in_flight_bytes: 536_870_912,
        platform: {
          bootstrap: { mode: 'process_supervisor' },
          execution_ipc: { max_payload_bytes: 2_097_152 },
          process_groups: [{ name: 'echo', nodes: ['echo', 'echo-bytes', 'usage'] }],
        },
      },
    },
    overlay: { runtime: JSON.parse(settings) },
  })
  await app.start()
  return {
    call(payload, done) {
      if (payload instanceof Uint8Array)
        void app.request(AskBytes, payload, { expect: AnswerBytes, timeoutMs }).then(done)
      else void app.request(Ask, payload as HopPayload, { expect: Answer, timeoutMs }).then(done) // the driver makes only these two
    },
    answererCpuMs: async () => (await app.request(AskUsage, {}, { expect: Usage, timeoutMs })).cpuMs,
    lost: async () => lostIn(await app.metrics()),
    async close() {
      await app.stop()
    },
  }
}
