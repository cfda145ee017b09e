import { randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { type RedisServer, redisTests, startRedis } from '@millrace/redis-server'
import { overCarrier } from './over-carrier.js'

const password = randomBytes(16).toString('hex')

redisTests(describe)('an application whose workers talk over Redis', () => {
  const application = overCarrier(async () => {
    const server = await startRedis({ appendonly: 'yes', requirepass: password })
    process.env.TEST_REDIS_PASSWORD = password
    process.env.TEST_LINK_SECRET = randomBytes(32).toString('hex')
    const auth = { secret_mode: 'static', secret_env: 'TEST_LINK_SECRET' }
    return {
      platform: {
        execution_ipc: { transport: 'redis', auth },
        redis: { url: server.url, password_env: 'TEST_REDIS_PASSWORD' },
      },
      end: () => endWithOneInbox(server),
    }
  })

  it(
    'HANDOFF-01 HANDOFF-02 IPC-INT-10 a request goes through both groups over the carrier that the configuration names',
    application.requestGoesThrough,
  )
  it('answers many requests at a time, each its own', application.answersMany)
  it('LINK-02 a fan-out of a thousand ends, whatever is on its way', application.fanOutEnds)
  it(
    'PROC-03 a worker is killed: with redeliver every request that it held is answered by its replacement, once',
    application.killedWorkerIsReplaced,
  )
})

/** What belongs to the worker that was killed goes by itself; nothing else has stayed. */
async function endWithOneInbox(server: RedisServer): Promise<void> {
  const keys = server.cli('KEYS', '*').split('\n').sort()
  const lives = keys.map((key) => Number(server.cli('PTTL', key)))
  await server.stop()
  expect(keys.map((key) => key.replace(/[0-9a-f]{32}/u, 'RANDOM'))).toEqual([
    '{millrace:processes}:in:two%231.1.RANDOM',
    '{millrace:processes}:in:two%231.1.RANDOM:numbers',
  ])
  expect(Math.min(...lives)).toBeGreaterThan(0)
}
