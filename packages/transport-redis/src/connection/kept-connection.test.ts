import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type RedisServer, redisTests, startRedis } from '@millrace/redis-server'
import { KeptConnection } from './kept-connection.js'

redisTests(describe)('KeptConnection', () => {
  let redis: RedisServer

  beforeAll(async () => {
    redis = await startRedis()
  })

  afterAll(() => redis.stop())

  it('gives up in time where Redis falls silent between the connection and what it is asked first', async () => {
    const connection = new KeptConnection({
      settings: { url: redis.url, keyPrefix: 'kept' },
      name: 'silent',
      prepare(client) {
        redis.pause()
        return client.ping()
      },
      up: () => undefined,
      down: () => undefined,
    })
    const opened = connection.open(1000)
    await expect(opened).rejects.toThrow(/^BACKEND_UNAVAILABLE: .*has not answered within 1000 ms/u)
    redis.resume()
    connection.close()
  })
})
