import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { sourceFlags } from '@millrace/from-source'
import { redisTests, startRedis } from '@millrace/redis-server'
import { createRuntime, defineNode, defineSink, defineSource } from '../src/index.js'
import { Done, deferred, numbered, Step } from './shop.js'

/** Each generator in a worker of its own. @param one more of the group of the first */
const inWorkers = (one: object = {}) => ({
  bootstrap: { mode: 'process_supervisor' },
  execution_ipc: {},
  process_groups: [
    { name: 'entry', nodes: ['leftSource', 'rightSource', 'left', 'right', 'lateLeft', 'lateRight'] },
    { name: 'one', nodes: ['generateOne'], ...one },
    { name: 'other', nodes: ['generateOther', 'book'] },
  ],
})

const config = fileURLToPath(new URL('fixtures/crossing/app.yml', import.meta.url))
const allInOrder = { book: { left: 'one 0-399, other 0-399', right: 'other 0-399, one 0-399' } }

const application = (overlay: Record<string, unknown>) => createRuntime({ config, overlay, workerFlags: sourceFlags })

describe('generators of ordered nodes to which two sources come in opposite order', () => {
  it.each([
    ['in one process', {}],
    ['each in a worker of its own', { runtime: { platform: inWorkers() } }],
  ])(
    'ORDER-01 do not wait for each other for ever, and what they make leaves in the order of its source: %s',
    async (_where, overlay) => {
      const runtime = await application(overlay)
      expect((await runtime.run()).reports).toEqual(allInOrder)
    },
  )
})

describe('a generator of an ordered node that nobody else waits for', () => {
  it('makes nothing ahead for messages of its own source, however long its sink takes', async () => {
    const sinkWaits = deferred()
    let made = 0
    const split = defineNode({
      name: 'split',
      consumes: Step,
      emits: [Done],
      ordered: true,
      *handle({ n }) {
        while (made < 1000 * n) yield Done.of({ n: made++ })
      },
    })
    const numbers = defineSource({ name: 'numbers', emits: [Step], read: () => numbered(Step, 3) })
    const lines: number[] = []
    const book = defineSink({
      name: 'book',
      consumes: Done,
      open: () => ({
        write: async ({ n }) => {
          lines.push(n)
          await sinkWaits.promise
        },
      }),
    })
    const runtime = await createRuntime({
      nodes: [numbers, split, book],
      overlay: { adapters: { numbers: {}, book: {} } },
    })
    const run = runtime.run()
    await delay(2000)
    const madeMeanwhile = made
    sinkWaits.resolve()
    await run
    expect([madeMeanwhile, lines.length]).toEqual([16, made])
  })
})

redisTests(describe)('the same generators with a ledger in Redis', () => {
  it.each([1500, 2500, 3500])(
    'ORDER-01 REDIS-02 nothing of what was made ahead is lost or comes twice when their worker is killed: after %i ms',
    async (ms) => {
      const redis = await startRedis()
      const runtime = await application({
        runtime: {
          platform: { ...inWorkers({ redeliver: 1 }), kv: { backend: 'redis' }, redis: { url: redis.url } },
        },
        adapters: { book: { pauseMs: 2 } },
      })
      await runtime.start()
      const run = runtime.run()
      await delay(ms)
      const pid = runtime.workers().find(({ slot }) => slot === 'one#1')?.pid
      process.kill(pid ?? Number.NaN, 'SIGKILL')
      expect((await run).reports).toEqual(allInOrder)
      await runtime.stop()
      await redis.stop()
    },
  )
})
