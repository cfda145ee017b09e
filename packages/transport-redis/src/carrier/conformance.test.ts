import { afterAll, beforeAll, describe, it } from '@jest/globals'
import { transportSuite } from '@millrace/conformance'
import { type RedisServer, redisTests, startRedis } from '@millrace/redis-server'
import { openLosable } from '../../test/open-losable.js'
import { openTransport } from '../../test/open-transport.js'

let server: RedisServer

redisTests(describe)('CONF-01 Redis transport', () => {
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.stop())

  transportSuite({ describe, it }, { open: () => openLosable(() => openTransport(server.url)) })

  describe('with small frames', () => {
    const maxPayloadBytes = 100_000
    transportSuite(
      { describe, it },
      { maxPayloadBytes, open: () => openLosable(() => openTransport(server.url, { maxPayloadBytes })) },
    )
  })
})
