import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from '@jest/globals'
import type { DurableStore } from '@millrace/contracts'
import { type RedisServer, redisTests } from '@millrace/redis-server'
import { createStoreWorld } from './store-world.js'

const world = createStoreWorld()
const durable = { appendonly: 'yes', appendfsync: 'always' }

afterEach(() => world.end())

const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1)

/** Adds a number to the list that the store keeps, and to the ledger. */
function append(store: DurableStore, number: number): Promise<void> {
  return store.commit([{ space: 's', key: 'list', value: upTo(number) }], [{ entry: 'last', text: String(number) }])
}

/** The numbers of the commits that a server has written to its file, in their order. */
function commitsInFile(server: RedisServer): readonly number[] {
  const folder = join(server.folder, 'appendonlydir')
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.aof'))
    .sort()
  const text = files.map((name) => readFileSync(join(folder, name), 'utf8')).join('')
  return Array.from(text.matchAll(/\$7\r\ncommits\r\n\$\d+\r\n(\d+)\r\n/gu), ([, number]) => Number(number)).filter(
    Boolean,
  )
}

redisTests(describe)('a Redis store whose server goes away', () => {
  it.each([1, 60, 150])(
    'applies each of 200 commits once over a kill -9 after the answer to commit %i',
    async (after) => {
      const server = await world.start(durable)
      const store = await world.open(server.url)
      let issued = 0
      let underWay = 0
      const commitInTurn = async (): Promise<void> => {
        while (issued < 200) {
          const number = ++issued
          await append(store, number)
          if (number !== after) continue
          underWay = issued - number
          await server.kill()
          await server.restart()
        }
      }
      await Promise.all(upTo(20).map(commitInTurn))
      expect(underWay).toBeGreaterThan(0)
      expect(await store.load('s', ['list'])).toEqual([upTo(200)])
      expect(server.cli('HGETALL', '{test}:ledger:policy#1')).toBe('last\n200')
      expect(commitsInFile(server)).toEqual(upTo(200))
    },
  )

  it('goes on after its connection was cut for five seconds', async () => {
    const server = await world.start()
    const proxy = await world.proxy(server)
    const store = await world.open(proxy.url)
    await append(store, 1)
    const back = store.event('backend.back')
    proxy.cut()
    const commits = upTo(100)
      .slice(1)
      .map((number) => append(store, number))
    const loaded = store.load('s', ['list'])
    await pause(5000)
    proxy.mend()
    await Promise.all([...commits, back])
    expect(await loaded).toEqual([upTo(100)])
    expect(server.cli('HGET', '{test}:lease:policy#1', 'commits')).toBe('100')
    expect(store.heard).toEqual(['backend.lost', 'backend.back'])
  })

  it('goes on after its server has not answered for five seconds', async () => {
    const server = await world.start()
    const store = await world.open(server.url)
    server.cli('CLIENT', 'PAUSE', '5000', 'ALL')
    await Promise.all(upTo(50).map((number) => append(store, number)))
    expect(await store.load('s', ['list'])).toEqual([upTo(50)])
    expect(server.cli('HGET', '{test}:lease:policy#1', 'commits')).toBe('50')
  })

  it('does not apply again what was applied when the answer was lost', async () => {
    const server = await world.start()
    const proxy = await world.proxy(server)
    const store = await world.open(proxy.url)
    await append(store, 1)
    const answered = proxy.swallowAnswers(2)
    const commits = [append(store, 2), append(store, 3)]
    await answered
    server.cli('SET', '{test}:state:s:list', '"changed by hand"')
    proxy.cutOnce()
    await Promise.all(commits)
    expect(await store.load('s', ['list'])).toEqual(['changed by hand'])
    await append(store, 4)
    expect(await store.load('s', ['list'])).toEqual([upTo(4)])
  })

  it('takes another connection where one has gone silent', async () => {
    const server = await world.start()
    const proxy = await world.proxy(server)
    const store = await world.open(proxy.url, { leaseMs: 6000 })
    void proxy.swallowAnswers()
    await Promise.all([append(store, 1), append(store, 2)])
    expect(server.cli('HGET', '{test}:lease:policy#1', 'commits')).toBe('2')
    expect(store.heard).toEqual(['backend.lost', 'backend.back'])
  })

  it('goes on where the server has forgotten its scripts', async () => {
    const server = await world.start()
    const store = await world.open(server.url)
    await append(store, 1)
    server.cli('SCRIPT', 'FLUSH')
    await Promise.all([append(store, 2), append(store, 3)])
    expect(await store.load('s', ['list'])).toEqual([upTo(3)])
  })

  it('gives up with BACKEND_UNAVAILABLE, and commits nothing after that', async () => {
    const server = await world.start(durable)
    const store = await world.open(server.url, { retryMs: 1000 })
    await append(store, 1)
    await server.kill()
    const why = `BACKEND_UNAVAILABLE: Redis at ${server.url} cannot be used, because nobody listens there (ECONNREFUSED); `
    const failed = await Promise.allSettled([append(store, 2), append(store, 3), store.load('s', ['list'])])
    expect(failed.map((one) => 'reason' in one && String(one.reason.message).slice(0, why.length))).toEqual([
      why,
      why,
      why,
    ])
    await server.restart()
    await expect(append(store, 4)).rejects.toThrow(why)
    expect(server.cli('GET', '{test}:state:s:list')).toBe('[1]')
  })

  it('is closed soon where nothing waits but the renewal of its lease', async () => {
    const server = await world.start()
    const store = await world.open(server.url, { leaseMs: 3000 })
    await append(store, 1)
    server.pause()
    await pause(2500)
    const closedAt = performance.now()
    await store.close()
    expect(performance.now() - closedAt).toBeLessThan(3000)
    server.resume()
  })

  it('tells that the server is gone while nothing is committed', async () => {
    const server = await world.start()
    const store = await world.open(server.url, { retryMs: 500 })
    await server.kill()
    expect(String(await store.lost)).toContain('BACKEND_UNAVAILABLE: ')
  })
})
