import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { MillraceEvent } from '@millrace/contracts'
import { sourceFlags } from '@millrace/from-source'
import { createRuntime } from '../src/create-runtime.js'
import type { Runtime } from '../src/runtime/runtime.js'
import { Ask, Sum } from './fixtures/processes/nodes.js'
import { soon, underLoad } from './under-load.js'

const config = fileURLToPath(new URL('fixtures/processes/app.yml', import.meta.url))
/** More than a fresh worker has; twenty kept pieces of 32 MB are more than that. */
const limitMb = 512

let runtime: Runtime

beforeAll(async () => {
  const groups = [
    { name: 'one', nodes: ['first', 'spread'], restart: { policy: 'never' } },
    { name: 'two', nodes: ['second', 'third', 'ripple'], restart: { policy: 'never' }, max_memory_mb: limitMb },
  ]
  runtime = await createRuntime({
    config,
    overlay: { runtime: { discovery_modules: ['./nodes.ts'], platform: { process_groups: groups } } },
    workerFlags: sourceFlags,
  })
  await runtime.start()
})

afterAll(() => runtime.stop())

function heard(name: string): Promise<MillraceEvent> {
  return new Promise((resolve) => {
    const end = runtime.subscribe((event) => {
      if (event.name !== name) return
      end()
      resolve(event)
    })
  })
}

describe('max_memory_mb', () => {
  it('has a worker whose handler keeps memory replaced under requests in flight, of which none fails', async () => {
    const before = runtime.workers().find(({ group }) => group === 'two')
    const [told, replaced] = [heard('worker.over_memory'), heard('worker.replaced')]
    const kept = Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        runtime.request(Ask, { n, mode: 'keep' }, { expect: Sum, timeoutMs: 60_000 }),
      ),
    )
    const { answered, wrong } = await underLoad(runtime, 50, () =>
      soon(runtime, 'the replacement for its memory', Promise.all([kept, told, replaced])),
    )
    expect(wrong).toEqual([])
    expect(answered).toBeGreaterThan(50)
    expect((await told).facts).toMatchObject({ group: 'two', incarnation: 1, limitMb, action: 'replace' })
    expect((await replaced).facts).toMatchObject({ group: 'two', reason: 'memory' })
    const after = runtime.workers().find(({ group }) => group === 'two')
    expect(after).toMatchObject({ phase: 'running', incarnation: 2, restarts: 0 })
    expect(after?.pid).not.toBe(before?.pid)
    expect(runtime.counters().replies).toMatchObject({ duplicate_terminal: 0, late_reply_drop: 0 })
  })
})
