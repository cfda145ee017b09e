import { afterEach, describe, expect, it } from '@jest/globals'
import { createEventEmitter, type EventName } from '@millrace/contracts'
import { type RedisOptions, type RedisServer, redisTests, startRedis } from '@millrace/redis-server'
import { openRedis, type RedisClient, type RedisSettings } from '../src/index.js'
import { startOldRedis } from './old-redis.js'

const events = createEventEmitter()
const servers: RedisServer[] = []
const clients: RedisClient[] = []

afterEach(async () => {
  for (const client of clients.splice(0)) if (client.isOpen) client.destroy()
  for (const server of servers.splice(0)) await server.stop()
})

async function start(options?: RedisOptions): Promise<RedisServer> {
  const server = await startRedis(options)
  servers.push(server)
  return server
}

async function open(settings: Partial<RedisSettings>, deadlineMs = 10_000): Promise<RedisClient> {
  const client = await openRedis({ url: '', keyPrefix: 'test', ...settings }, { events, deadlineMs, name: 'a test' })
  clients.push(client)
  return client
}

redisTests(describe)('openRedis', () => {
  it('connects, in the database of the URL and under its name', async () => {
    const server = await start()
    const client = await open({ url: `${server.url}/3` })
    await client.set('k', 'v')
    expect(server.cli('-n', '3', 'GET', 'k')).toBe('v')
    expect(server.cli('CLIENT', 'LIST')).toContain('name=a_test')
  })

  it('makes the commands of the client once for all connections, whatever they are called', async () => {
    const { url } = await start()
    const [one, other] = [await open({ url }), await openRedis({ url, keyPrefix: 'test' }, { name: 'another' })]
    clients.push(other)
    expect(other.get).toBe(one.get)
  })

  it('logs in', async () => {
    const server = await start({ requirepass: 'hunter2 "hunter2"' })
    const client = await open({ url: server.url, password: 'hunter2 "hunter2"' })
    expect(await client.ping()).toBe('PONG')
  })

  it('says that nobody listens', async () => {
    const server = await start()
    await server.kill()
    await expect(open({ url: server.url }, 2000)).rejects.toThrow(
      `BACKEND_UNAVAILABLE: Redis at ${server.url} cannot be used, because nobody listens there (ECONNREFUSED); see whether it runs, and whether runtime.platform.redis leads there`,
    )
  })

  it('waits for a server that starts meanwhile', async () => {
    const server = await start()
    await server.kill()
    const opening = open({ url: server.url }, 20_000)
    await server.restart()
    expect(await (await opening).ping()).toBe('PONG')
  })

  it('says that nothing is answered', async () => {
    const server = await start()
    server.pause()
    await expect(open({ url: server.url }, 300)).rejects.toThrow(
      `BACKEND_UNAVAILABLE: Redis at ${server.url} cannot be used, because it has not answered within 300 ms`,
    )
  })

  it.each([
    ['a password that is not the right one', 'hunter3', 'it refuses the user or the password'],
    ['no password', undefined, 'it wants a password'],
  ])('says at once that it is refused for %s', async (_, password, why) => {
    const server = await start({ requirepass: 'hunter2' })
    const refused = open({ url: server.url, ...(password === undefined ? {} : { password }) })
    const error: Error = await refused.then(String, (thrown) => thrown)
    expect(error.message).toContain(`BACKEND_UNAVAILABLE: Redis at ${server.url} cannot be used, because ${why}; `)
    expect(error.message).not.toContain('hunter')
  })

  it('says at once that a password is too much', async () => {
    const server = await start()
    await expect(open({ url: server.url, password: 'hunter2' })).rejects.toThrow(
      'because it wants no password, and was sent one; leave password_env out, or give the server a password',
    )
  })

  it('says at once that there is no such database', async () => {
    const server = await start()
    await expect(open({ url: `${server.url}/99` })).rejects.toThrow('because it has no database of that number; ')
  })

  it('says that the server is too old', async () => {
    const old = await startOldRedis('5.0.14')
    await expect(open({ url: old.url })).rejects.toThrow(
      `BACKEND_UNAVAILABLE: Redis at ${old.url} cannot be used, because it is of version 5.0.14, and 6.2 is the oldest that will do; update it, or name another`,
    )
    old.close()
  })

  it('does not trust a certificate that nobody known has signed', async () => {
    const server = await start({ tls: true })
    await expect(open({ url: server.url })).rejects.toThrow('cannot be used, because TLS failed (')
    expect(server.cli('PING')).toBe('PONG')
  })

  it('says that the server may not speak TLS', async () => {
    const server = await start()
    await expect(open({ url: server.url.replace('redis:', 'rediss:') }, 300)).rejects.toThrow(
      'it has not answered within 300 ms; see whether it runs and speaks TLS, ',
    )
  })

  it('connects again, and tells when it was lost and when it is back', async () => {
    const server = await start()
    const client = await open({ url: server.url })
    const heard: EventName[] = []
    const back = new Promise<void>((resolve) => {
      events.subscribe(({ name }) => {
        heard.push(name)
        if (name === 'backend.back') resolve()
      })
    })
    await server.kill()
    await expect(client.ping()).rejects.toThrow()
    await server.restart()
    await back
    expect([heard, await client.ping()]).toEqual([['backend.lost', 'backend.back'], 'PONG'])
  })
})
