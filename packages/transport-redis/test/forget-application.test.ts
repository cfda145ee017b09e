import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from '@jest/globals'
import { redisTests } from '@millrace/redis-server'
import { durabilityLine, forgetApplication, inspectServer, openRedis } from '../src/index.js'
import { createStoreWorld, keyPrefix } from './store-world.js'

const world = createStoreWorld()

afterEach(() => world.end())

redisTests(describe)('forgetApplication', () => {
  it('removes state, ledgers and leases of one application, and nothing else', async () => {
    const server = await world.start()
    const store = await world.open(server.url)
    const writes = Array.from({ length: 2500 }, (_, index) => ({ space: 's', key: `k${index}`, value: index }))
    await store.commit(writes, [{ entry: 'e', text: 't' }])
    await store.close()
    const others = ['{tes?}:state:s:k', '{test2}:state:s:k', '{test}:stream:1']
    for (const name of others) server.cli('SET', name, '1')
    await forgetApplication({ url: server.url, keyPrefix: 'tes?' })
    expect(server.cli('DBSIZE')).toBe('2503')
    await forgetApplication({ url: server.url, keyPrefix })
    expect(server.cli('KEYS', '*').split('\n').sort()).toEqual(others.slice(1))
  })

  it('waits for leases that a dead run has left behind', async () => {
    const server = await world.start()
    server.cli('HSET', '{test}:lease:policy#1', 'run', 'dead', 'incarnation', '1', 'token', 't', 'commits', '3')
    server.cli('PEXPIRE', '{test}:lease:policy#1', '500')
    await forgetApplication({ url: server.url, keyPrefix })
    expect(server.cli('DBSIZE')).toBe('0')
  })

  it('refuses while a slot is in use', async () => {
    const server = await world.start()
    const store = await world.open(server.url)
    await store.commit([{ space: 's', key: 'k', value: 1 }])
    await expect(forgetApplication({ url: server.url, keyPrefix }, { leaseMs: 100 })).rejects.toThrow(
      'FENCED: what Redis keeps of the application cannot be removed, because policy#1 of it are in use, and their leases have not run out within 5100 ms; ',
    )
    await store.commit([{ space: 's', key: 'k', value: 2 }])
    expect(await store.load('s', ['k'])).toEqual([2])
  })

  it('fails where Redis stops to answer', async () => {
    const server = await world.start()
    server.cli('SET', '{test}:lease:policy#1', 'dead', 'PX', '1000')
    const forgotten = forgetApplication({ url: server.url, keyPrefix }, { deadlineMs: 1500 })
    await pause(500)
    server.pause()
    await expect(forgotten).rejects.toThrow('because it has not answered within 1500 ms')
    server.resume()
  })

  it('is given up with the reason of its signal', async () => {
    const server = await world.start()
    server.cli('SET', '{test}:lease:policy#1', 'another', 'PX', '60000')
    const giving = new AbortController()
    const forgotten = forgetApplication({ url: server.url, keyPrefix }, { signal: giving.signal })
    await pause(500)
    giving.abort(new Error('not wanted any more'))
    await expect(forgotten).rejects.toThrow('not wanted any more')
    expect(server.cli('KEYS', '*')).toBe('{test}:lease:policy#1')
  })

  it('that was not finished lets no store be opened before it is', async () => {
    const server = await world.start()
    server.cli('SET', '{test}:forgetting', '1')
    await expect(world.open(server.url)).rejects.toThrow(
      'RESUME_MISMATCH: slot policy#1 cannot be opened, because what Redis keeps of the application is being removed, or its removal was not finished; begin anew, without --resume',
    )
    await forgetApplication({ url: server.url, keyPrefix })
    await world.open(server.url)
  })
})

redisTests(describe)('inspectServer', () => {
  it.each([
    [{ appendonly: 'yes', appendfsync: 'always' }, undefined],
    [
      { appendonly: 'yes' },
      'may lose what it has confirmed: with appendfsync everysec, up to two seconds of commits are lost when it is killed or its machine fails; set appendfsync always',
    ],
    [
      { appendonly: 'yes', appendfsync: 'no' },
      'may lose what it has confirmed: with appendfsync no, what its system has not written yet is lost when its machine fails; set appendfsync always',
    ],
    [
      { maxmemory: '10mb', 'maxmemory-policy': 'allkeys-lru' },
      'may lose what it has confirmed: with appendonly no, everything since its last snapshot is lost when it ends; set appendonly yes and appendfsync always; with maxmemory-policy allkeys-lru, it removes state when its memory is full; set maxmemory-policy noeviction',
    ],
    [
      { appendonly: 'yes', appendfsync: 'always', 'rename-command': ['CONFIG', ''] },
      'may lose what it has confirmed: it does not tell its appendonly and appendfsync, so this is not known; appendonly yes and appendfsync always lose nothing',
    ],
  ])('tells what %j may lose', async (directives, line) => {
    const server = await world.start(directives)
    const client = await openRedis({ url: server.url, keyPrefix })
    const facts = await inspectServer(client)
    client.destroy()
    expect(durabilityLine(server.url, facts)).toBe(line && `Redis at ${server.url} ${line}`)
  })

  it('does not wait for a server that has stopped to answer', async () => {
    const server = await world.start()
    const client = await openRedis({ url: server.url, keyPrefix })
    server.pause()
    expect(await inspectServer(client)).toEqual({
      version: undefined,
      appendonly: undefined,
      appendfsync: undefined,
      maxmemory: undefined,
      maxmemoryPolicy: undefined,
    })
    server.resume()
    client.destroy()
  })
})
