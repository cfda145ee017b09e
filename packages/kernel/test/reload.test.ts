import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { sourceFlags } from '@millrace/from-source'
import { createRuntime } from '../src/create-runtime.js'
import type { Runtime } from '../src/runtime/runtime.js'
import { Bought, Buy } from './fixtures/asking/nodes.js'
import { Burst, Ripple } from './fixtures/processes/nodes.js'
import { soon, underLoad } from './under-load.js'

const rounds = Number(process.env.ROUNDS ?? 1)
jest.setTimeout(180_000 * rounds)

const config = fileURLToPath(new URL('fixtures/processes/app.yml', import.meta.url))

let runtime: Runtime

beforeAll(async () => {
  runtime = await createRuntime({
    config,
    overlay: { runtime: { discovery_modules: ['./nodes.ts'] } },
    workerFlags: sourceFlags,
  })
  await runtime.start()
})

afterAll(() => runtime.stop())

const reload = (group: string) => soon(runtime, `the reload of group '${group}'`, runtime.reload(group))

/** Resolves when the next event of that name comes of a worker, or of a peer of the supervising process. */
function next(app: Runtime, wanted: string, who: string): Promise<void> {
  return new Promise((resolve) => {
    const end = app.subscribe(({ name, facts: { worker, peer } }) => {
      if (name !== wanted || (worker ?? peer) !== who) return
      end()
      resolve()
    })
  })
}

describe('reload', () => {
  it('HANDOFF-05 replaces workers under 200 requests in flight: each accepted request is answered once, none fails', async () => {
    const pids = [runtime.workers().map(({ pid }) => pid)]
    const { answered, wrong } = await underLoad(runtime, 200, async () => {
      for (let round = 0; round < rounds; round++) {
        await reload('two')
        await reload('one')
        pids.push(runtime.workers().map(({ pid }) => pid))
      }
    })
    expect(wrong).toEqual([])
    expect(answered).toBeGreaterThan(200)
    expect(new Set(pids.flat()).size).toBe(2 * pids.length)
    expect(runtime.counters().replies).toMatchObject({ duplicate_terminal: 0, late_reply_drop: 0 })
  })

  it('keeps the order of a stream in the midst of which a worker is replaced, and nothing of it comes twice', async () => {
    const seen: number[] = []
    const count = 5000
    const hold = runtime.workers().find(({ group }) => group === 'two')?.pid ?? 0
    let reloaded: Promise<unknown> | undefined
    // The old process never answers number 100: what comes after the first hundred shows that the slot has moved.
    for await (const { at } of runtime.stream(Burst, { count, hold }, { expect: Ripple, timeoutMs: 30_000 })) {
      seen.push(at)
      if (seen.length === 100) reloaded = reload('two')
    }
    await reloaded
    expect(seen).toEqual(Array.from({ length: count }, (_, at) => at))
  })

  it('says which group cannot be reloaded, and why', async () => {
    await expect(runtime.reload('tow')).rejects.toMatchObject({ code: 'PLACEMENT_UNKNOWN_GROUP' })
  })
})

describe('reload of a group whose nodes send requests', () => {
  const askingConfig = fileURLToPath(new URL('fixtures/asking/app.yml', import.meta.url))
  let asking: Runtime

  beforeAll(async () => {
    asking = await createRuntime({ config: askingConfig, workerFlags: sourceFlags })
    await asking.start()
  })

  afterAll(() => asking.stop())

  it('HANDOFF-05 what its handlers have asked is answered where they are: each request is answered once, none fails', async () => {
    const buy = async (n: number): Promise<unknown> => {
      const reply = await asking
        .request(Buy, { n }, { expect: Bought, timeoutMs: 20_000 })
        .catch((error: unknown) => error)
      return reply instanceof Object && 'n' in reply && reply.n === n * 100 ? undefined : reply
    }
    const pids = [asking.workers().map(({ pid }) => pid)]
    const work = async (): Promise<void> => {
      for (let round = 0; round < rounds; round++)
        for (const group of ['buying', 'pricing']) {
          await soon(asking, `the reload of group '${group}'`, asking.reload(group))
          pids.push(asking.workers().map(({ pid }) => pid))
        }
    }
    const { answered, wrong } = await underLoad(asking, 100, work, buy)
    expect(wrong).toEqual([])
    expect(answered).toBeGreaterThan(100)
    expect(new Set(pids.flat()).size).toBe(pids.length + 1)
    expect(asking.counters().replies).toMatchObject({ duplicate_terminal: 0, late_reply_drop: 0 })
  })
})

describe('reload of a group that is restarted meanwhile for the sake of another', () => {
  let together: Runtime

  beforeAll(async () => {
    const groups = [
      { name: 'one', nodes: ['first', 'spread'] },
      { name: 'two', nodes: ['second', 'third', 'ripple'] },
    ]
    together = await createRuntime({
      config,
      overlay: {
        runtime: {
          discovery_modules: ['./nodes.ts'],
          platform: { restart_strategy: 'one_for_all', process_groups: groups },
        },
      },
      workerFlags: sourceFlags,
    })
    await together.start()
  })

  afterAll(() => together.stop())

  it('is refused; the new process, which waits for a link to the one that has died, ends by itself', async () => {
    const [one = 0] = together.workers().map(({ pid }) => pid)
    const stopped = new Map<unknown, unknown>()
    const bothStopped = new Promise<void>((resolve) => {
      together.subscribe(({ name, facts: { worker, incarnation, exitCode } }) => {
        if (name === 'worker.stopped' && worker === 'two#1') stopped.set(incarnation, exitCode)
        if (stopped.size === 2) resolve()
      })
    })
    const restarted = next(together, 'worker.running', 'one#1')
    void next(together, 'worker.starting', 'two#1').then(() => process.kill(one, 'SIGSTOP'))
    void next(together, 'link.opened', 'two#1').then(() => process.kill(one, 'SIGKILL'))
    await expect(together.reload('two')).rejects.toMatchObject({ code: 'BOOT_NOT_READY' })
    await Promise.all([restarted, bothStopped])
    expect([stopped.get(1), stopped.get(2)]).toEqual([0, 0])
    expect(together.workers().map(({ incarnation, restarts }) => [incarnation, restarts])).toEqual([
      [2, 1],
      [3, 1],
    ])
  })
})
