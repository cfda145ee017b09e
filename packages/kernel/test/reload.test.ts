import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { sourceFlags } from '@millrace/from-source'
import { createRuntime } from '../src/create-runtime.js'
import type { Runtime } from '../src/runtime/runtime.js'
import { Bought, Buy } from './fixtures/asking/nodes.js'
import { Burst, Ripple } from './fixtures/processes/nodes.js'
import { soon, underLoad } from './under-load.js'

const rounds = Number(process.env.ROUNDS ?? 1)
jest.setTimeout(90_000 * rounds)

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
