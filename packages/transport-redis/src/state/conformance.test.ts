import { afterAll, beforeAll, describe, it } from '@jest/globals'
import { stateStoreSuite } from '@millrace/conformance'
import { createEventEmitter } from '@millrace/contracts'
import { type RedisServer, redisTests, startRedis } from '@millrace/redis-server'
import { createRedisStore } from './redis-store.js'

let server: RedisServer
let stores = 0

redisTests(describe)('Redis state store', () => {
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())

  stateStoreSuite({ describe, it }, () =>
    createRedisStore({
      settings: { url: server.url, keyPrefix: `test:${++stores}` },
      slot: 'policy#1',
      run: 'a run',
      incarnation: 1,
      events: createEventEmitter(),
      lost: (error) => {
        throw error
      },
    }),
  )
})
