import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { MillraceEvent } from '@millrace/contracts'
import { sourceFlags } from '@millrace/from-source'
import { createRuntime } from '../src/create-runtime.js'
import type { Runtime } from '../src/runtime/runtime.js'
import { eventually } from './eventually.js'
import { Ask, Burst, Here, Ripple, Sum } from './fixtures/processes/nodes.js'
import { Beg } from './fixtures/processes/undeclared.js'

const config = fileURLToPath(new URL('fixtures/processes/app.yml', import.meta.url))

const first = { name: 'one', nodes: ['first', 'spread'] }
const second = { name: 'two', nodes: ['second', 'third', 'ripple'] }

/** @param modules further discovery modules */
function application(modules: readonly string[] = [], groups?: readonly object[]) {
  const overlay = {
    runtime: {
      discovery_modules: ['./nodes.ts', ...modules],
      ...(groups === undefined ? {} : { platform: { process_groups: groups } }),
    },
  }
  return { config, overlay, workerFlags: sourceFlags }
}

async function started(app: ReturnType<typeof application>): Promise<{ runtime: Runtime; events: MillraceEvent[] }> {
  const runtime = await createRuntime(app)
  const events: MillraceEvent[] = []
  runtime.subscribe((event) => void events.push(event))
  await runtime.start()
  return { runtime, events }
}

const ask = (runtime: Runtime, n: number, mode = 'ok', options: object = {}) =>
  runtime.request(Ask, { n, mode }, { expect: Sum, timeoutMs: 30_000, ...options })

/** Resolves when there is such an event: those of a worker come another way than its replies. */
async function happens(
  runtime: Runtime,
  events: readonly MillraceEvent[],
  isIt: (event: MillraceEvent) => boolean,
): Promise<void> {
  if (events.some(isIt)) return
  await new Promise<void>((resolve) => {
    const end = runtime.subscribe((event) => {
      if (!isIt(event)) return
      end()
      resolve()
    })
  })
}

const pidsOf = (runtime: Runtime) => runtime.workers().map(({ pid }) => pid)

describe('an application in two worker processes', () => {
  let runtime: Runtime
  let events: MillraceEvent[] = []

  beforeAll(async () => {
    ;({ runtime, events } = await started(application()))
  })

  afterAll(async () => {
    await runtime.stop()
  })

  it('HANDOFF-01 HANDOFF-02 HANDOFF-03 PLACEMENT-04 a node of another group runs in that process, its neighbours stay with it, and the reply comes back', async () => {
    const [one, two] = pidsOf(runtime)
    const { n, pids } = await ask(runtime, 1)
    expect(n).toBe(4)
    expect(pids).toEqual([one, two, two])
    expect(one).not.toBe(process.pid)
  })

  it('CHILD-BOOT-01 CHILD-BOOT-02 a worker rebuilds discovery, container and transport from metadata, and starts the services of its nodes', async () => {
    const { servicePid } = await ask(runtime, 1)
    expect(servicePid).toBe(pidsOf(runtime)[1])
  })

  it('IPC-INT-10 a node in a worker is injected the transport that carries its hops', async () => {
    expect((await ask(runtime, 1)).carrier).toBe('tcp_local')
  })

  it('HANDOFF-E-01 HANDOFF-E-02 a handler that throws fails its request with code and node; what it threw stays in the diagnostics', async () => {
    const failure = await ask(runtime, 1, 'throw').catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'NODE_FAILED', facts: { node: 'second', worker: 'two#1' } })
    expect(String(failure)).not.toContain('hunter2')
    await happens(runtime, events, ({ facts }) => String(facts.reason).includes('hunter2'))
  })

  it.each([
    ['are of no type that facts have', 'odd facts', { worker: 'two#1', count: 7, text: 'kept' }],
    ['do not fit a frame', 'long facts', { worker: 'two#1' }],
  ])(
    'HANDOFF-E-01 a handler that throws an error of ours whose facts %s fails its request, and nothing else',
    async (_what, mode, facts) => {
      const [, two] = pidsOf(runtime)
      await expect(ask(runtime, 1, mode)).rejects.toMatchObject({ code: 'NODE_FAILED', facts })
      expect((await ask(runtime, 1)).pids).toContain(two)
    },
  )

  it('REPLY-09 a thousand cancelled requests leave no handler at work in any process', async () => {
    const cancel = new AbortController()
    const asked = Array.from({ length: 1000 }, (_, n) =>
      ask(runtime, n, 'wait', { signal: cancel.signal }).catch((error: { code: string }) => error.code),
    )
    await eventually(async () => (await ask(runtime, 0, 'count')).n === 1000)
    cancel.abort()
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['REPLY_CANCELLED']))
    await eventually(async () => (await ask(runtime, 0, 'count')).n === 0)
    await eventually(async () => runtime.counters().inFlight === 0)
  })

  it('REPLY-02 HANDOFF-04 a request that is not answered in time fails with REPLY_TIMEOUT and the group that should have, and its handler is aborted', async () => {
    await expect(ask(runtime, 1, 'wait', { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'REPLY_TIMEOUT',
      facts: { group: 'two' },
    })
    await eventually(async () => (await ask(runtime, 0, 'count')).n === 0)
  })

  it('LINK-02 a fan-out of a thousand ends, whatever is on its way', async () => {
    const items: number[] = []
    for await (const { at } of runtime.stream(Burst, { count: 1000 }, { expect: Ripple, timeoutMs: 30_000 }))
      items.push(at)
    expect(items).toEqual(Array.from({ length: 1000 }, (_, at) => at))
  })

  it('HANDOFF-05 a drain that is asked for where it is told of is the same drain', async () => {
    const { runtime } = await started(application())
    const asked = ask(runtime, 1, 'slow')
    const ends: string[] = []
    void asked.then(() => ends.push('answered'))
    runtime.subscribe(({ name }) => {
      if (name === 'runtime.draining') void runtime.drain().then(() => ends.push('drained'))
    })
    expect(await runtime.drain()).toBe(true)
    await asked
    await runtime.stop()
    expect(ends).toEqual(['answered', 'drained'])
  })

  it('HANDOFF-05 PROC-02 a drain under load answers everything that was accepted, and nothing is accepted afterwards', async () => {
    const asked = Array.from({ length: 500 }, (_, n) => ask(runtime, n))
    const stopped = runtime.stop()
    expect((await Promise.all(asked)).map(({ n }) => n)).toEqual(asked.map((_, n) => n + 3))
    expect(await stopped).toBe('graceful')
    await expect(ask(runtime, 1)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' })
  })
})

describe('a nested request that no link is there for', () => {
  it('says what its node has to declare', async () => {
    const groups = [
      { ...first, nodes: [...first.nodes, 'beggar'] },
      second,
      { name: 'three', nodes: ['giver'], restart: { policy: 'never' } },
    ]
    const { runtime, events } = await started(application(['./undeclared.ts'], groups))
    await expect(runtime.request(Beg, { n: 1 }, { expect: Sum })).rejects.toMatchObject({
      code: 'ROUTE_NO_CONSUMER',
      facts: { worker: 'one#1' },
    })
    await happens(runtime, events, ({ facts }) =>
      String(facts.reason).includes(
        "no link leads to group 'three'; add 'processes.far' to the requests of the node that asks",
      ),
    )
    await runtime.stop()
  })
})

describe('a group of two workers', () => {
  it('HANDOFF-02 PLACEMENT-04 what a node emits to a node of its own group stays in its process, whichever that is', async () => {
    const { runtime } = await started(application([], [first, { ...second, workers: 2 }]))
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => ask(runtime, n)))
    const [one, ...two] = pidsOf(runtime)
    await runtime.stop()
    expect(new Set(answers.map(({ pids }) => pids[1]))).toEqual(new Set(two))
    expect(answers.map(({ pids }) => pids)).toEqual(answers.map(({ pids: [, handled] }) => [one, handled, handled]))
  })
})

describe('a worker that dies', () => {
  it('PROC-03 PROC-INT-08 fails what it held with WORKER_CRASHED and the group, and ends a runtime that may not restart it', async () => {
    const { runtime, events } = await started(application())
    const held = Array.from({ length: 50 }, (_, n) => ask(runtime, n, 'wait').catch((error: unknown) => error))
    await eventually(async () => (await ask(runtime, 0, 'count')).n === 50)
    process.kill(pidsOf(runtime)[1] ?? 0, 'SIGKILL')
    const failures = await Promise.all(held)
    expect(new Set(failures.map((error) => (error as { code: string }).code))).toEqual(new Set(['WORKER_CRASHED']))
    expect(failures[0]).toMatchObject({ facts: { group: 'two', worker: 'two#1' } })
    await runtime.stop()
    expect(events.find(({ name }) => name === 'worker.failed')?.facts).toMatchObject({
      group: 'two',
      signal: 'SIGKILL',
    })
    expect(pidsOf(runtime).filter((pid) => pid !== undefined && isAlive(pid))).toEqual([])
  })
})

describe('a start that is overtaken by a stop', () => {
  it.each([
    ['as it begins', 'runtime.starting'],
    ['when the first worker is spawned', 'worker.starting'],
    ['when one worker is ready', 'worker.ready'],
    ['when all are ready', 'runtime.ready'],
  ])('ends with SHUTTING_DOWN, and leaves no process, where that comes %s', async (_when, name) => {
    const runtime = await createRuntime(application())
    const pids: number[] = []
    runtime.subscribe((event) => {
      if (event.name === 'worker.starting') pids.push(Number(event.facts.pid))
      if (event.name === name) void runtime.stop()
    })
    const starting = runtime.start()
    await expect(starting).rejects.toMatchObject({
      code: 'BOOT_START_FAILED',
      facts: { code: 'SHUTTING_DOWN' },
    })
    expect(await runtime.stop()).toBe('graceful')
    expect(pids.filter(isAlive)).toEqual([])
  })

  it('is over at once for workers that are ready and have not begun: they hold nothing', async () => {
    const runtime = await createRuntime(application())
    const events: MillraceEvent[] = []
    runtime.subscribe((event) => void events.push(event))
    runtime.subscribe(({ name }) => name === 'runtime.ready' && void runtime.stop())
    await expect(runtime.start()).rejects.toMatchObject({ code: 'BOOT_START_FAILED' })
    const stopped = events.filter(({ name }) => name === 'worker.stopped')
    expect(stopped.map(({ facts }) => facts.mode)).toEqual(['graceful', 'graceful'])
  })

  it('spawns nobody where that comes before the first', async () => {
    const runtime = await createRuntime(application())
    const events: MillraceEvent[] = []
    runtime.subscribe((event) => void events.push(event))
    const starting = runtime.start()
    expect(await runtime.stop()).toBe('graceful')
    await expect(starting).rejects.toMatchObject({ code: 'BOOT_START_FAILED', facts: { code: 'SHUTTING_DOWN' } })
    expect(events.map(({ name }) => name)).toEqual(['runtime.starting', 'runtime.failed'])
  })
})

describe('a start that fails', () => {
  it('CHILD-BOOT-01 BOOT-API-03 PROC-INIT-01 a module that cannot be loaded in a worker fails the start and leaves no process', async () => {
    const app = application(['./breaks-in-workers.ts'])
    const runtime = await createRuntime(app)
    const pids: unknown[] = []
    runtime.subscribe(({ name, facts }) => name === 'worker.starting' && pids.push(facts.pid))
    const failure = await runtime.start().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'BOOT_START_FAILED' })
    expect(String(failure)).toContain('it breaks here')
    expect(pids.filter((pid) => isAlive(Number(pid)))).toEqual([])
  })

  it('CHILD-BOOT-01 a module that gives other definitions in a worker is BOOT_PLAN_MISMATCH', async () => {
    const app = application(['./differs-in-workers.ts'], [first, { ...second, stages: ['odd'] }])
    await expect((await createRuntime(app)).start()).rejects.toMatchObject({
      facts: expect.objectContaining({ code: 'BOOT_PLAN_MISMATCH' }),
    })
  })

  it('PROC-INT-06 a service that is bound in no worker is DI_MISSING in the start error; nothing has run and no process is left', async () => {
    const runtime = await createRuntime(
      application(['./unbound-in-workers.ts'], [first, { ...second, stages: ['odd'] }]),
    )
    const events: MillraceEvent[] = []
    runtime.subscribe((event) => void events.push(event))
    const failure = await runtime.start().catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'BOOT_START_FAILED', facts: { worker: 'two#1', code: 'DI_MISSING' } })
    expect(String(failure)).toContain('processes.rates')
    const spawned = events.filter(({ name }) => name === 'worker.starting').map(({ facts }) => Number(facts.pid))
    expect([spawned.length, spawned.filter(isAlive)]).toEqual([2, []])
    expect(events.filter(({ name }) => name === 'worker.running')).toEqual([])
  })

  it('CFG-PROC-01 definitions of this process cannot run in others', async () => {
    await expect(
      createRuntime({ ...application(), values: [{ token: Here, value: { pid: 1 } }] }),
    ).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
  })
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
