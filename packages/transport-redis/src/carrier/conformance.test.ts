import { afterAll, beforeAll, describe, it } from '@jest/globals'
import { transportSuite } from '@millrace/conformance'
import { type RedisServer, redisTests, startRedis } from '@millrace/redis-server'
import { openLosable } from '../../test/open-losable.js'
import { openTransport } from '../../test/open-transport.js'

let server: RedisServer

redisTests(describe)('the carrier over Redis', () => {
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())

  describe('CONF-01 Redis transport', () => {
    transportSuite({ describe, it }, { open: () => openLosable(() => openTransport(server.url)) })
  })

  describe('CONF-01 Redis transport with small frames', () => {
    const maxPayloadBytes = 100_000
    transportSuite(
      { describe, it },
      { maxPayloadBytes, open: () => openLosable(() => openTransport(server.url, { maxPayloadBytes })) },
    )
  })
})
