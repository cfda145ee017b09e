import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect } from '@jest/globals'
import type { MillraceEvent } from '@millrace/contracts'
import { sourceFlags } from '@millrace/from-source'
import { createRuntime } from '../src/create-runtime.js'
import type { Runtime } from '../src/runtime/runtime.js'
import { Ask, Burst, Ripple, Sum } from './fixtures/processes/nodes.js'

/** What carries messages between the workers of a test. */
export interface TestedCarrier {
  /** What the configuration says of it under `runtime.platform`, beside its groups. */
  readonly platform: {
    readonly execution_ipc: { readonly transport: string; readonly auth?: object }
    readonly redis?: object
  }
  /** Ends it when the application has stopped, and looks at what has stayed. */
  end(): Promise<void>
}

const pidsOf = (runtime: Runtime) => runtime.workers().map(({ pid }) => pid ?? 0)

const ask = (runtime: Runtime, n: number, mode = 'ok', timeoutMs = 60_000) =>
  runtime.request(Ask, { n, mode }, { expect: Sum, timeoutMs })

/** Asks again, a turn of the loop later each time, until so many handlers wait; the test's own deadline ends it. */
async function held(runtime: Runtime, count: number): Promise<void> {
  while ((await ask(runtime, 0, 'count')).n !== count) await new Promise((done) => setImmediate(done))
}

/** An application of two worker processes over a carrier, and what must be so of it. */
export interface CarriedApplication {
  requestGoesThrough(): Promise<void>
  answersMany(): Promise<void>
  fanOutEnds(): Promise<void>
  killedWorkerIsReplaced(): Promise<void>
}

/** Starts the application before the tests of a group, and stops it behind them. */
export function overCarrier(begin: () => Promise<TestedCarrier>): CarriedApplication {
  let carrier: TestedCarrier
  let runtime: Runtime
  const events: MillraceEvent[] = []

  beforeAll(async () => {
    carrier = await begin()
    const groups = [
      { name: 'one', nodes: ['first', 'spread'] },
      { name: 'two', nodes: ['second', 'third', 'ripple'], redeliver: 1, restart: { policy: 'on_failure' } },
    ]
    runtime = await createRuntime({
      config: fileURLToPath(new URL('fixtures/processes/app.yml', import.meta.url)),
      workerFlags: sourceFlags,
      overlay: { runtime: { platform: { ...carrier.platform, process_groups: groups } } },
    })
    runtime.subscribe((event) => void events.push(event))
    await runtime.start()
  })

  afterAll(async () => {
    await runtime.stop()
    await carrier.end()
  })

  return {
    async requestGoesThrough() {
      const [one, two] = pidsOf(runtime)
      const { n, pids, carrier: carriedBy } = await ask(runtime, 1)
      expect([n, pids, carriedBy]).toEqual([4, [one, two, two], carrier.platform.execution_ipc.transport])
    },

    async answersMany() {
      const asked = Array.from({ length: 500 }, (_, n) => ask(runtime, n))
      expect((await Promise.all(asked)).map(({ n }) => n)).toEqual(asked.map((_, n) => n + 3))
    },

    async fanOutEnds() {
      const items: number[] = []
      for await (const { at } of runtime.stream(Burst, { count: 1000 }, { expect: Ripple, timeoutMs: 30_000 }))
        items.push(at)
      expect(items).toEqual(Array.from({ length: 1000 }, (_, at) => at))
    },

    async killedWorkerIsReplaced() {
      const [, two = 0] = pidsOf(runtime)
      const asked = Array.from({ length: 50 }, (_, n) => ask(runtime, n, `hold ${two}`))
      await held(runtime, 50)
      process.kill(two, 'SIGKILL')
      const answers = await Promise.all(asked)
      const [one, replacement = 0] = pidsOf(runtime)
      expect(replacement).not.toBe(two)
      expect(answers.map(({ n }) => n)).toEqual(asked.map((_, n) => n + 3))
      expect(answers.map(({ pids }) => pids)).toEqual(asked.map(() => [one, replacement, replacement]))
      expect(events.filter(({ name }) => name === 'redelivery.sent').map(({ facts }) => facts)).toMatchObject([
        { group: 'two', worker: 'two#1' },
      ])
      expect(events.filter(({ name }) => name === 'security.refused')).toEqual([])
      expect(runtime.counters().replies).toMatchObject({ failed: 0, missing: 0, duplicate_terminal: 0 })
    },
  }
}
