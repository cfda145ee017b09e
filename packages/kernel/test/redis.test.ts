import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { MillraceEvent } from '@millrace/contracts'
import { sourceFlags } from '@millrace/from-source'
import { type RedisServer, redisTests, startRedis } from '@millrace/redis-server'
import { createRuntime } from '../src/create-runtime.js'
import type { Runtime } from '../src/runtime/runtime.js'
import { Ask, Burst, Ripple, Sum } from './fixtures/processes/nodes.js'

const password = randomBytes(16).toString('hex')

const pidsOf = (runtime: Runtime) => runtime.workers().map(({ pid }) => pid ?? 0)

const ask = (runtime: Runtime, n: number, mode = 'ok', timeoutMs = 60_000) =>
  runtime.request(Ask, { n, mode }, { expect: Sum, timeoutMs })

/** Asks again, a turn of the loop later each time, until so many handlers wait; the test's own deadline ends it. */
async function held(runtime: Runtime, count: number): Promise<void> {
  while ((await ask(runtime, 0, 'count')).n !== count) await new Promise((done) => setImmediate(done))
}

redisTests(describe)('an application whose workers talk over Redis', () => {
  let runtime: Runtime
  let server: RedisServer
  const events: MillraceEvent[] = []

  beforeAll(async () => {
    server = await startRedis({ appendonly: 'yes', requirepass: password })
    process.env.TEST_REDIS_PASSWORD = password
    process.env.TEST_LINK_SECRET = randomBytes(32).toString('hex')
    const platform = {
      execution_ipc: { transport: 'redis', auth: { secret_mode: 'static', secret_env: 'TEST_LINK_SECRET' } },
      redis: { url: server.url, password_env: 'TEST_REDIS_PASSWORD' },
      process_groups: [
        { name: 'one', nodes: ['first', 'spread'] },
        { name: 'two', nodes: ['second', 'third', 'ripple'], redeliver: 1, restart: { policy: 'on_failure' } },
      ],
    }
    runtime = await createRuntime({
      config: fileURLToPath(new URL('fixtures/processes/app.yml', import.meta.url)),
      workerFlags: sourceFlags,
      overlay: { runtime: { platform } },
    })
    runtime.subscribe((event) => void events.push(event))
    await runtime.start()
  })

  afterAll(async () => {
    await runtime.stop()
    const keys = server.cli('KEYS', '*').split('\n').sort()
    const lives = keys.map((key) => Number(server.cli('PTTL', key)))
    await server.stop()
    // What belongs to the worker that was killed goes by itself.
    expect(keys.map((key) => key.replace(/[0-9a-f]{32}/u, 'RANDOM'))).toEqual([
      '{millrace:processes}:in:two%231.1.RANDOM',
      '{millrace:processes}:in:two%231.1.RANDOM:numbers',
    ])
    expect(Math.min(...lives)).toBeGreaterThan(0)
  })

  it('HANDOFF-01 HANDOFF-02 IPC-INT-10 a request goes through both groups over the carrier that the configuration names', async () => {
    const [one, two] = pidsOf(runtime)
    const { n, pids, carrier } = await ask(runtime, 1)
    expect([n, pids, carrier]).toEqual([4, [one, two, two], 'redis'])
  })

  it('answers many requests at a time, each its own', async () => {
    const asked = Array.from({ length: 500 }, (_, n) => ask(runtime, n))
    expect((await Promise.all(asked)).map(({ n }) => n)).toEqual(asked.map((_, n) => n + 3))
  })

  it('LINK-02 a fan-out of a thousand ends, whatever is on its way', async () => {
    const items: number[] = []
    for await (const { at } of runtime.stream(Burst, { count: 1000 }, { expect: Ripple, timeoutMs: 30_000 }))
      items.push(at)
    expect(items).toEqual(Array.from({ length: 1000 }, (_, at) => at))
  })

  it('PROC-03 a worker is killed: with redeliver every request that it held is answered by its replacement, once', async () => {
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
  })
})
