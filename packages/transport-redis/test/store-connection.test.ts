import { afterEach, describe, expect, it } from '@jest/globals'
import { createEventEmitter, type EventName, MillraceError } from '@millrace/contracts'
import { type RedisServer, redisTests, startRedis } from '@millrace/redis-server'
import { StoreConnection, type StoreConnectionParts } from '../src/state/store-connection.js'
import { createRedisProxy } from './redis-proxy.js'

const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function started(): Promise<RedisServer> {
  const server = await startRedis()
  ends.push(server.stop)
  return server
}

/** A connection that is open. */
async function opened(url: string, times: Pick<StoreConnectionParts, 'retryMs' | 'answerMs'>) {
  const events = createEventEmitter()
  const heard: EventName[] = []
  events.subscribe(({ name }) => heard.push(name))
  const connection = new StoreConnection({ settings: { url, keyPrefix: 'test' }, name: 'store', events, ...times })
  await connection.open(10_000)
  ends.push(() => connection.end(new MillraceError('DI_CLOSED', 'the test is over')))
  return { connection, heard }
}

redisTests(describe)('StoreConnection', () => {
  it('asks again on another connection where one has gone silent', async () => {
    const server = await started()
    const proxy = await createRedisProxy(server.port)
    ends.push(proxy.close)
    const { connection, heard } = await opened(proxy.url, { retryMs: 30_000, answerMs: 1_000 })
    void proxy.swallowAnswers()
    expect(await connection.ask((client) => client.echo('anybody there'))).toBe('anybody there')
    expect(heard).toEqual(['backend.lost', 'backend.back'])
  })

  it('ends where its server has fallen silent for as long as it may try', async () => {
    const server = await started()
    const { connection } = await opened(server.url, { retryMs: 500, answerMs: 100 })
    server.pause()
    ends.push(server.resume)
    const asked = connection.ask((client) => client.ping())
    await expect(asked).rejects.toThrow(/^BACKEND_UNAVAILABLE: .*has not answered within \d+ ms/u)
    await expect(connection.ask((client) => client.ping())).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' })
  })

  it('takes an answer that was there in time, although this process was too busy to read it', async () => {
    const server = await started()
    const { connection, heard } = await opened(server.url, { retryMs: 30_000, answerMs: 300 })
    const asked = connection.ask((client) => client.echo('there'))
    await new Promise((done) => setImmediate(done)) // it is sent
    const until = performance.now() + 2_000
    while (performance.now() < until);
    expect(await asked).toBe('there')
    expect(heard).toEqual([])
  })
})
