import { fileURLToPath } from 'node:url'
import type { MillraceEvent } from '@millrace/contracts'
import { sourceFlags } from '@millrace/from-source'
import { createRuntime } from '../../src/create-runtime.js'
import type { Runtime } from '../../src/runtime/runtime.js'

const config = fileURLToPath(new URL('../fixtures/processes/app.yml', import.meta.url))

/** Three groups behind a web worker; the last two send again what a dead worker held. */
const placement = {
  platform: {
    process_groups: [
      { name: 'web' },
      { name: 'one', nodes: ['first', 'spread'] },
      { name: 'two', nodes: ['second'], redeliver: 1, restart: { backoff_ms: 100 } },
      { name: 'three', nodes: ['third', 'ripple'], redeliver: 1 },
    ],
  },
  web: {
    group: 'web',
    server: { host: '127.0.0.1', port: 0 },
    interfaces: [
      {
        name: 'sums',
        kind: 'http',
        method: 'POST',
        path: '/sums',
        request: 'processes.ask',
        response: 'processes.sum',
      },
      {
        name: 'hasty',
        kind: 'http',
        method: 'POST',
        path: '/hasty-sums',
        request: 'processes.ask',
        response: 'processes.sum',
        policies: { timeout_ms: 300 },
      },
    ],
  },
} as const

/** An application whose telemetry is looked at. */
export interface Observed {
  readonly runtime: Runtime
  readonly url: string
  readonly events: readonly MillraceEvent[]
}

/** Starts three groups behind a web worker. @param observability section of the configuration */
export async function startObserved(observability: object, more: object = {}): Promise<Observed> {
  const runtime = await createRuntime({
    config,
    workerFlags: sourceFlags,
    overlay: { runtime: { ...placement, ...more, observability } },
  })
  const events: MillraceEvent[] = []
  runtime.subscribe((event) => void events.push(event))
  await runtime.start()
  return { runtime, url: runtime.url ?? '', events }
}

/** Asks over HTTP. */
export async function askSum(
  url: string,
  mode: string,
  headers: Readonly<Record<string, string>> = {},
  path: '/sums' | '/hasty-sums' = '/sums',
): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ n: 1, mode }),
  })
  return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> }
}
