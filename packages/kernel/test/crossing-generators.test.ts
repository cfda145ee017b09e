import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { sourceFlags } from '@millrace/from-source'
import { redisTests, startRedis } from '@millrace/redis-server'
import { createRuntime } from '../src/create-runtime.js'

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
