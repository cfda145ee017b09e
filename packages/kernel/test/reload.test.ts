import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { createRuntime } from '../src/create-runtime.js'
import type { Runtime } from '../src/runtime/runtime.js'
import { Ask, Burst, Ripple, Sum } from './fixtures/processes/nodes.js'

const rounds = Number(process.env.ROUNDS ?? 1)
jest.setTimeout(120_000 * rounds)

const config = fileURLToPath(new URL('fixtures/processes/app.yml', import.meta.url))
const workerFlags = ['--import', 'tsx', '--conditions=@millrace/source']

let runtime: Runtime
afterEach(() => runtime.stop())

async function started(): Promise<Runtime> {
  runtime = await createRuntime({ config, overlay: { runtime: { discovery_modules: ['./nodes.ts'] } }, workerFlags })
  await runtime.start()
  return runtime
}

/** Keeps requests in flight until it is told to end. @returns what was answered wrongly, and how many were answered */
function load(atOnce: number): { end(): Promise<{ readonly answered: number; readonly wrong: readonly unknown[] }> } {
  let asking = true
  let answered = 0
  const wrong: unknown[] = []
  const askOnAndOn = async (): Promise<void> => {
    for (let n = 0; asking; n++) {
      const reply = await runtime
        .request(Ask, { n, mode: 'ok' }, { expect: Sum, timeoutMs: 60_000 })
        .catch((error: unknown) => error)
      answered++
      if (!(reply instanceof Object && 'n' in reply && reply.n === n + 3)) wrong.push(reply)
    }
  }
  const loops = Promise.all(Array.from({ length: atOnce }, askOnAndOn))
  return {
    async end() {
      asking = false
      await loops
      return { answered, wrong }
    },
  }
}

describe('reload', () => {
  it('HANDOFF-05 replaces workers under 200 requests in flight: each accepted request is answered once, none fails', async () => {
    await started()
    const pids = [runtime.workers().map(({ pid }) => pid)]
    const asked = load(200)
    for (let round = 0; round < 2 * rounds; round++) {
      await runtime.reload('two')
      await runtime.reload('one')
      pids.push(runtime.workers().map(({ pid }) => pid))
    }
    const { answered, wrong } = await asked.end()
    expect(wrong).toEqual([])
    expect(answered).toBeGreaterThan(200)
    expect(new Set(pids.flat()).size).toBe(2 * pids.length)
    expect(runtime.counters().replies).toMatchObject({ duplicate_terminal: 0, late_reply_drop: 0 })
  })

  it('keeps the order of a stream whose workers are replaced meanwhile, and nothing of it comes twice', async () => {
    await started()
    const seen: number[] = []
    const count = 5000
    let reloaded: Promise<unknown> | undefined
    for await (const { at } of runtime.stream(Burst, { count }, { expect: Ripple, timeoutMs: 60_000 })) {
      seen.push(at)
      if (seen.length === 100) reloaded = runtime.reload('two')
    }
    await reloaded
    expect(seen).toEqual(Array.from({ length: count }, (_, at) => at))
  })

  it('says which group cannot be reloaded, and why', async () => {
    await started()
    await expect(runtime.reload('tow')).rejects.toMatchObject({ code: 'PLACEMENT_UNKNOWN_GROUP' })
  })
})
