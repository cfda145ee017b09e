import { fileURLToPath } from 'node:url'
import type { MillraceEvent } from '@millrace/contracts'
import { sourceFlags } from '@millrace/from-source'
import { createRuntime, type RuntimeOptions } from '../../src/create-runtime.js'
import type { Runtime } from '../../src/runtime/runtime.js'

/** The configuration of the fixture. */
export const webConfig: string = fileURLToPath(new URL('../fixtures/web/app.yml', import.meta.url))

/** An application at work behind its own web server. */
export interface WebApplication {
  readonly runtime: Runtime
  readonly url: string
  readonly events: readonly MillraceEvent[]
  stop(): Promise<unknown>
}

/** Starts the fixture. @param overlay what its configuration has differently */
export async function startWeb(overlay: object = {}, options: RuntimeOptions = {}): Promise<WebApplication> {
  const runtime = await createRuntime({
    config: webConfig,
    overlay: overlay as Readonly<Record<string, unknown>>, // an object
    workerFlags: sourceFlags,
    ...options,
  })
  const events: MillraceEvent[] = []
  runtime.subscribe((event) => void events.push(event))
  await runtime.start()
  return { runtime, url: runtime.url ?? '', events, stop: () => runtime.stop() }
}

/** The same graph in a worker process behind a web worker. */
export const inWorkers = {
  runtime: {
    platform: {
      bootstrap: { mode: 'process_supervisor' },
      execution_ipc: {},
      process_groups: [{ name: 'web' }, { name: 'work', stages: ['work'] }],
    },
  },
} as const

/** Posts JSON. */
export function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body),
  })
}

/** What an answer says that is a problem. */
export async function problem(
  response: Response,
): Promise<{ status: number; type: string | null; body: Record<string, unknown> }> {
  return { status: response.status, type: response.headers.get('content-type'), body: await response.json() }
}

/** Asks again and again, each time when the last answer is there, until it is the one. */
export async function eventually<Answer>(
  ask: () => Promise<Answer>,
  isIt: (answer: Answer) => boolean,
): Promise<Answer> {
  for (;;) {
    const answer = await ask()
    if (isIt(answer)) return answer
  }
}
