import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { createRuntime } from '../src/create-runtime.js'
import { within } from '../src/runtime/deadline.js'
import type { Runtime } from '../src/runtime/runtime.js'
import { Ask, Burst, Ripple, Sum } from './fixtures/processes/nodes.js'

const rounds = Number(process.env.ROUNDS ?? 1)
jest.setTimeout(90_000 * rounds)

const config = fileURLToPath(new URL('fixtures/processes/app.yml', import.meta.url))
const workerFlags = ['--import', 'tsx', '--conditions=@millrace/source']

let runtime: Runtime

beforeAll(async () => {
  runtime = await createRuntime({ config, overlay: { runtime: { discovery_modules: ['./nodes.ts'] } }, workerFlags })
  await runtime.start()
})

afterAll(() => runtime.stop())

/** @throws Error naming what did not come in time */
async function soon<Result>(what: string, wait: Promise<Result>): Promise<Result> {
  if (await within(30_000, wait)) return wait
  throw new Error(`within 30 s there was no end of ${what}; the workers are ${JSON.stringify(runtime.workers())}`)
}

const reload = (group: string) => soon(`the reload of group '${group}'`, runtime.reload(group))

/** What became of some requests. */
interface Asked {
  readonly answered: number
  readonly wrong: readonly unknown[]
}

/** Keeps requests in flight while something else goes on, and waits for the last of them. The first failure ends each loop. */
async function underLoad(atOnce: number, work: () => Promise<void>): Promise<Asked> {
  let asking = true
  let answered = 0
  const wrong: unknown[] = []
  const askOnAndOn = async (): Promise<void> => {
    for (let n = 0; asking; n++) {
      const reply = await runtime
        .request(Ask, { n, mode: 'slow' }, { expect: Sum, timeoutMs: 20_000 })
        .catch((error: unknown) => error)
      answered++
      if (reply instanceof Object && 'n' in reply && reply.n === n + 3) continue
      wrong.push(reply)
      return
    }
  }
  const loops = Promise.all(Array.from({ length: atOnce }, askOnAndOn))
  try {
    await work()
  } finally {
    asking = false
    await soon('the requests in flight', loops)
  }
  return { answered, wrong }
}

describe('reload', () => {
  it('HANDOFF-05 replaces workers under 200 requests in flight: each accepted request is answered once, none fails', async () => {
    const pids = [runtime.workers().map(({ pid }) => pid)]
    const { answered, wrong } = await underLoad(200, async () => {
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
