import { afterAll, beforeAll, describe, it } from '@jest/globals'
import { durableStoreSuite, type OpenDurableStore, type SlotOwner, stateStoreSuite } from '@millrace/conformance'
import { createEventEmitter } from '@millrace/contracts'
import { type RedisServer, redisTests, startRedis } from '@millrace/redis-server'
import { createRedisStore } from './redis-store.js'

let server: RedisServer
let applications = 0

/** Opens the stores of an application that has kept nothing yet. */
function application(): OpenDurableStore {
  const settings = { url: server.url, keyPrefix: `test:${++applications}` }
  // A store that is fenced off hears of it, and its next commit fails all the same.
  return (owner: SlotOwner) =>
    createRedisStore({ settings, ...owner, events: createEventEmitter(), lost: () => undefined })
}

redisTests(describe)('Redis state store', () => {
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())

  stateStoreSuite({ describe, it }, () => application()({ slot: 'a#1', run: 'first', incarnation: 1 }))
  durableStoreSuite({ describe, it }, application)
})
