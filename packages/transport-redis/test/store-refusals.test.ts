import { afterEach, describe, expect, it } from '@jest/globals'
import type { DurableStore } from '@millrace/contracts'
import { type RedisServer, redisTests } from '@millrace/redis-server'
import type { RedisSettings } from '../src/index.js'
import { startOldRedis } from './old-redis.js'
import { createStoreWorld, keyEvents, keyPrefix, nextKeyEvent } from './store-world.js'

const world = createStoreWorld()

afterEach(() => world.end())

const letters = (count: number): string => 'x'.repeat(count)

/** Commits until it is refused; how many were accepted, and why the next was not. */
async function commitUntilRefused(store: DurableStore): Promise<{ accepted: number; reason: string }> {
  for (let accepted = 0; ; accepted++) {
    const writes = [
      { space: 's', key: `k${accepted}`, value: letters(50_000) },
      { space: 's', key: 'count', value: accepted },
    ]
    try {
      await store.commit(writes, [{ entry: 'count', text: String(accepted) }])
    } catch (error) {
      return { accepted, reason: String(error) }
    }
  }
}

const notAllowed =
  'because the user may not do what is needed; allow it all commands on the keys of the application (ACL SETUSER)'

/** The settings of a user with some rights. */
function userWith(server: RedisServer, ...rules: readonly string[]): RedisSettings {
  server.cli('ACL', 'SETUSER', 'shop', 'on', '>hunter2', '&*', ...rules)
  return { url: server.url, keyPrefix, username: 'shop', password: 'hunter2' }
}

redisTests(describe)('a Redis store that is refused', () => {
  it('tells that memory is full, and nothing of the commit is applied', async () => {
    const server = await world.start({ maxmemory: '6mb' })
    const store = await world.open(server.url)
    const { accepted, reason } = await commitUntilRefused(store)
    expect(reason).toContain(
      `BACKEND_UNAVAILABLE: Redis at ${server.url} cannot be used, because its memory is full: it holds as much as its maxmemory allows; raise maxmemory, or remove what is not needed`,
    )
    await expect(store.commit([])).rejects.toThrow('BACKEND_UNAVAILABLE: ')
    expect([
      server.cli('EXISTS', `{test}:state:s:k${accepted}`),
      server.cli('GET', '{test}:state:s:count'),
      server.cli('HGET', '{test}:ledger:policy#1', 'count'),
      server.cli('HGET', '{test}:lease:policy#1', 'commits'),
    ]).toEqual(['0', String(accepted - 1), String(accepted - 1), String(accepted)])
  })

  it('keeps its lease while memory is full and nothing is committed', async () => {
    const server = await world.start(keyEvents)
    const store = await world.open(server.url, { leaseMs: 6000 })
    server.cli('CONFIG', 'SET', 'maxmemory', '1')
    const renewed = await nextKeyEvent(server, 'expire')
    await renewed()
    server.cli('CONFIG', 'SET', 'maxmemory', '0')
    await store.commit([{ space: 's', key: 'k', value: 1 }])
  })

  it('tells that the server has become a replica', async () => {
    const server = await world.start()
    const store = await world.open(server.url)
    server.cli('REPLICAOF', '127.0.0.1', '1')
    await expect(store.commit([{ space: 's', key: 'k', value: 1 }])).rejects.toThrow(
      'because it is a replica, which takes no writes; name the primary in runtime.platform.redis.url',
    )
  })

  it('tells that the user may not use a key', async () => {
    const server = await world.start()
    const store = await world.open(server.url, { settings: userWith(server, '~{test}:[lf]*', '+@all') })
    await expect(store.commit([{ space: 's', key: 'k', value: 1 }])).rejects.toThrow(notAllowed)
  })

  it.each(['hset', 'hdel', 'hmget', 'hgetall', 'set', 'del', 'pexpire', 'script'])(
    'is not opened by a user who may not run %s',
    async (command) => {
      const server = await world.start()
      const settings = userWith(server, '~*', '+@all', `-${command}`)
      await expect(world.open(server.url, { settings })).rejects.toThrow(notAllowed)
      expect(server.cli('PTTL', '{test}:lease:policy#1')).not.toBe('-1')
    },
  )

  it('tells that the server has lost what it had confirmed', async () => {
    const server = await world.start()
    const store = await world.open(server.url)
    for (const value of [1, 2, 3]) await store.commit([{ space: 's', key: 'k', value }])
    server.cli('HSET', '{test}:lease:policy#1', 'commits', '1')
    await expect(store.commit([{ space: 's', key: 'k', value: 4 }])).rejects.toThrow(
      'because it has lost commits that it had confirmed; set appendonly yes and appendfsync always there, so that a restart loses nothing',
    )
    expect(server.cli('GET', '{test}:state:s:k')).toBe('3')
  })

  it('is not opened over a key that holds something else', async () => {
    const server = await world.start()
    server.cli('SET', '{test}:ledger:policy#1', 'of another program')
    await expect(world.open(server.url)).rejects.toThrow('because one of the keys holds something else; ')
  })

  it('is not opened where no server is, the password is wrong, or the server is too old', async () => {
    const server = await world.start({ requirepass: 'hunter2' })
    const settings = { url: server.url, keyPrefix, password: 'hunter3' }
    await expect(world.open(server.url, { settings })).rejects.toThrow('because it refuses the user or the password')
    await server.kill()
    await expect(world.open(server.url, { deadlineMs: 200 })).rejects.toThrow('because nobody listens there')
    const old = await startOldRedis('5.0.14')
    await expect(world.open(old.url)).rejects.toThrow('because it is of version 5.0.14')
    old.close()
  })
})
