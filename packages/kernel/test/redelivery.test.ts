import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { MillraceEvent } from '@millrace/contracts'
import { sourceFlags } from '@millrace/from-source'
import { createRuntime } from '../src/create-runtime.js'
import type { Runtime } from '../src/runtime/runtime.js'
import { Ask, Sum } from './fixtures/processes/nodes.js'

const at = (path: string) => fileURLToPath(new URL(`fixtures/${path}`, import.meta.url))

const pidsOf = (runtime: Runtime) => runtime.workers().map(({ pid }) => pid ?? 0)

const ask = (runtime: Runtime, n: number, mode: string, timeoutMs = 60_000) =>
  runtime.request(Ask, { n, mode }, { expect: Sum, timeoutMs })

/** Two groups, of which the second redelivers. */
function applicationWith(restart: object): Promise<Runtime> {
  const groups = [
    { name: 'one', nodes: ['first', 'spread'] },
    { name: 'two', nodes: ['second', 'third', 'ripple'], redeliver: 1, restart },
  ]
  return createRuntime({
    config: at('processes/app.yml'),
    workerFlags: sourceFlags,
    overlay: { runtime: { platform: { process_groups: groups } } },
  })
}

/** Asks again, a turn of the loop later each time, until so many handlers wait; the test's own deadline ends it. */
async function held(runtime: Runtime, count: number): Promise<void> {
  while ((await ask(runtime, 0, 'count')).n !== count) await new Promise((done) => setImmediate(done))
}

describe('a stateless worker that is killed under requests', () => {
  let runtime: Runtime
  const events: MillraceEvent[] = []

  beforeAll(async () => {
    runtime = await applicationWith({ backoff_ms: 1600 })
    runtime.subscribe((event) => void events.push(event))
    await runtime.start()
  })

  afterAll(async () => {
    await runtime.stop()
  })

  it('PROC-03 with redeliver every request that it held is answered by its replacement, once', async () => {
    const [, two = 0] = pidsOf(runtime)
    const asked = Array.from({ length: 50 }, (_, n) => ask(runtime, n, `hold ${two}`))
    await held(runtime, 50)
    process.kill(two, 'SIGKILL')
    const answers = await Promise.all(asked)
    const [one, replacement = 0] = pidsOf(runtime)
    expect(replacement).not.toBe(two)
    expect(answers.map(({ n }) => n)).toEqual(asked.map((_, n) => n + 3))
    expect(answers.map(({ pids }) => pids)).toEqual(asked.map(() => [one, replacement, replacement]))
    const sent = events.filter(({ name }) => name === 'redelivery.sent').map(({ facts }) => facts)
    expect(sent).toMatchObject([{ group: 'two', worker: 'two#1' }])
    const { delivery, replies } = runtime.counters()
    // The last of those who asked how many wait may have had its answer and not been acknowledged.
    expect([50, 51]).toContain(delivery.redelivered)
    expect(replies).toMatchObject({ failed: 0, missing: 0, duplicate_terminal: 0, late_reply_drop: 0 })
  })

  it('HANDOFF-04 without a worker in time a request fails with HANDOFF_TIMEOUT and the group; the next is answered', async () => {
    const [, two = 0] = pidsOf(runtime)
    const gone = new Promise<void>((resolve) => {
      runtime.subscribe(({ name }) => name === 'worker.restarting' && resolve())
    })
    process.kill(two, 'SIGKILL')
    await gone
    await expect(ask(runtime, 1, 'ok', 1000)).rejects.toMatchObject({
      code: 'HANDOFF_TIMEOUT',
      facts: { group: 'two' },
    })
    expect((await ask(runtime, 1, 'ok')).n).toBe(4)
  })

  it('HANDOFF-04 PROC-03 what its replacement dies of too fails with WORKER_CRASHED and the group', async () => {
    const waiting = Array.from({ length: 20 }, (_, n) => ask(runtime, n, 'wait').catch((error: unknown) => error))
    await held(runtime, 20)
    process.kill(pidsOf(runtime)[1] ?? 0, 'SIGKILL')
    await held(runtime, 20)
    process.kill(pidsOf(runtime)[1] ?? 0, 'SIGKILL')
    for (const failure of await Promise.all(waiting))
      expect(failure).toMatchObject({ code: 'WORKER_CRASHED', facts: { group: 'two', worker: 'two#1' } })
    expect((await ask(runtime, 1, 'ok')).n).toBe(4)
    while (runtime.counters().inFlight > 0) await new Promise((done) => setImmediate(done))
  })
})

describe('workers that are restarted for the sake of another', () => {
  let runtime: Runtime

  beforeAll(async () => {
    const groups = [
      { name: 'one', nodes: ['first', 'spread'], redeliver: 1 },
      { name: 'two', nodes: ['second', 'third', 'ripple'], redeliver: 1 },
    ]
    const platform = { restart_strategy: 'one_for_all', process_groups: groups }
    runtime = await createRuntime({
      config: at('processes/app.yml'),
      workerFlags: sourceFlags,
      overlay: { runtime: { platform } },
    })
    await runtime.start()
  })

  afterAll(() => runtime.stop())

  it('PROC-03 with redeliver what they held is answered by their replacements, once', async () => {
    const before = pidsOf(runtime)
    const asked = Array.from({ length: 20 }, (_, n) => ask(runtime, n, `hold ${before[1]}`))
    await held(runtime, 20)
    process.kill(before[1] ?? 0, 'SIGKILL')
    const answers = await Promise.all(asked)
    const [one = 0, two = 0] = pidsOf(runtime)
    expect(before).not.toContain(one)
    expect(answers.map(({ n }) => n)).toEqual(asked.map((_, n) => n + 3))
    expect(answers.map(({ pids }) => pids)).toEqual(asked.map(() => [one, two, two]))
    expect(runtime.counters().replies).toMatchObject({ failed: 0, duplicate_terminal: 0, late_reply_drop: 0 })
  })
})

describe('a worker that dies and may not be replaced', () => {
  it('PROC-03 PROC-04 fails what it held at once, also where its group redelivers', async () => {
    const runtime = await applicationWith({ policy: 'never' })
    await runtime.start()
    const waiting = Array.from({ length: 20 }, (_, n) => ask(runtime, n, 'wait').catch((error: unknown) => error))
    await held(runtime, 20)
    process.kill(pidsOf(runtime)[1] ?? 0, 'SIGKILL')
    for (const failure of await Promise.all(waiting))
      expect(failure).toMatchObject({ code: 'WORKER_CRASHED', facts: { group: 'two', worker: 'two#1' } })
    await runtime.stop()
    expect(runtime.counters().inFlight).toBe(0)
  })
})

describe('a batch run whose stateless workers are killed', () => {
  let folder = ''

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-'))
  })

  afterAll(async () => {
    await rm(folder, { recursive: true })
  })

  it('ORDER-01 ends with the output of one in which nobody dies', async () => {
    const runtime = await createRuntime({
      config: at('crashes/app.yml'),
      workerFlags: sourceFlags,
      overlay: { nodes: { square: { folder, diesAt: [40, 301] } } },
    })
    const { reports, counters } = await runtime.run()
    const expected = createHash('sha256')
    for (let n = 0; n < 400; n++) expected.update(`${n} ${n * n}\n`)
    expect(await readdir(folder)).toEqual(['died-at-301', 'died-at-40'])
    expect(reports.squares).toEqual({ lines: 400, sha256: expected.digest('hex') })
    expect(counters.delivery.redelivered).toBeGreaterThan(1)
  })

  it('comes to its end while one that has no sink and nothing to do is being restarted', async () => {
    const mayEnd = join(folder, 'may-end')
    const runtime = await createRuntime({
      config: at('idle/app.yml'),
      workerFlags: sourceFlags,
      overlay: { adapters: { numbers: { mayEnd } } },
    })
    runtime.subscribe(({ name }) => {
      if (name === 'runtime.running') process.kill(pidsOf(runtime)[1] ?? 0, 'SIGKILL')
      if (name === 'worker.restarting') void writeFile(mayEnd, '')
    })
    expect((await runtime.run()).reports).toEqual({ book: { lines: 3 } })
  })
})
