import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { MillraceEvent } from '@millrace/contracts'
import { sourceFlags } from '@millrace/from-source'
import { type RedisServer, redisTests, startRedis } from '@millrace/redis-server'
import { createRuntime } from '../src/create-runtime.js'
import type { Runtime } from '../src/runtime/runtime.js'
import { Deposit, Receipt } from './fixtures/till/nodes.js'

const config = fileURLToPath(new URL('fixtures/till/app.yml', import.meta.url))

const deposit = (runtime: Runtime, account: string, cents: number) =>
  runtime.request(Deposit, { account, cents }, { expect: Receipt, timeoutMs: 120_000 })

/** How many deposits are made, and how many go to each account. */
const deposits = 400
const accounts = 20

redisTests(describe)('an application in one process whose state is in Redis', () => {
  it('REDIS-02 what was booked is there when it is started again, and each request is booked once', async () => {
    const redis = await startRedis()
    const config = fileURLToPath(new URL('fixtures/till/inline.yml', import.meta.url))
    const platform = { redis: { url: redis.url, key_prefix: 'inline' } }
    const booked: number[] = []
    for (let run = 0; run < 2; run++) {
      const runtime = await createRuntime({ config, overlay: { runtime: { platform } } })
      await runtime.start()
      const receipts = await Promise.all(Array.from({ length: 50 }, () => deposit(runtime, 'one', 2)))
      booked.push(...receipts.map(({ balance }) => balance))
      await runtime.stop()
    }
    await redis.stop()
    expect(booked.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => (index + 1) * 2))
  })
})

redisTests(describe)('an application in one process whose Redis fails it', () => {
  it('goes on after it has not answered for longer than a lease', async () => {
    const redis = await startRedis()
    const config = fileURLToPath(new URL('fixtures/till/inline.yml', import.meta.url))
    const runtime = await createRuntime({ config, overlay: { runtime: { platform: { redis: { url: redis.url } } } } })
    await runtime.start()
    await deposit(runtime, 'one', 1)
    redis.pause()
    const booked = Promise.all([deposit(runtime, 'one', 1), deposit(runtime, 'two', 1)])
    await pause(12_000)
    redis.resume()
    expect((await booked).map(({ balance, entries }) => [balance, entries])).toEqual([
      [2, 2],
      [1, 3],
    ])
    expect((await deposit(runtime, 'one', 1)).balance).toBe(3)
    await runtime.stop()
    await redis.stop()
  })
})

redisTests(describe)('workers whose Redis fails them', () => {
  let redis: RedisServer
  let runtime: Runtime

  beforeEach(async () => {
    redis = await startRedis()
    const platform = { redis: { url: redis.url } }
    runtime = await createRuntime({ config, workerFlags: sourceFlags, overlay: { runtime: { platform } } })
    await runtime.start()
    await deposit(runtime, 'one', 1)
  })

  afterEach(async () => {
    await runtime.stop()
    await redis.stop()
  })

  it('go on after it has not answered for longer than a lease, and so does the run', async () => {
    const failures: MillraceEvent[] = []
    runtime.subscribe((event) => void failures.push(...[event].filter(({ name }) => name === 'runtime.failed')))
    redis.pause()
    const booked = deposit(runtime, 'one', 1)
    await pause(12_000)
    redis.resume()
    expect([(await booked).balance, (await deposit(runtime, 'one', 1)).balance]).toEqual([2, 3])
    expect(failures).toEqual([])
  }, 120_000)

  it('decide nothing where it has lost all that they knew: the run fails', async () => {
    const failed = new Promise((resolve) => {
      runtime.subscribe(({ name, facts }) => name === 'runtime.failed' && resolve(facts.code))
    })
    redis.cli('FLUSHALL')
    await expect(deposit(runtime, 'one', 1)).rejects.toBeDefined()
    expect(await failed).toBe('FENCED')
  })
})

redisTests(describe)('workers whose state is in Redis', () => {
  let redis: RedisServer
  let runtime: Runtime

  const start = async (): Promise<Runtime> => {
    const platform = { redis: { url: redis.url, key_prefix: 'till' } }
    const started = await createRuntime({ config, workerFlags: sourceFlags, overlay: { runtime: { platform } } })
    await started.start()
    return started
  }

  /** Makes deposits, each wave at once when the one before is booked, and calls back for each of them. */
  const depositAll = async (cents: number, disturb: (done: number) => void, waves = 1) => {
    let done = 0
    const receipts: Awaited<ReturnType<typeof deposit>>[] = []
    const each = deposits / waves
    for (let wave = 0; wave < waves; wave++) {
      const booked = Array.from({ length: each }, async (_, index) => {
        const receipt = await deposit(runtime, `a${(wave * each + index) % accounts}`, cents)
        disturb(++done)
        return receipt
      })
      receipts.push(...(await Promise.all(booked)))
    }
    return receipts
  }

  beforeAll(async () => {
    redis = await startRedis({ appendonly: 'yes', appendfsync: 'always' })
    runtime = await start()
  })

  afterAll(async () => {
    await runtime.stop()
    await redis.stop()
  })

  it('REDIS-02 PROC-03 the worker with the state is killed under requests: each is answered, and booked once', async () => {
    const killed = new Set<number>()
    const kill = (done: number) => {
      if (done % 100 !== 1) return
      const pid = runtime.workers().find(({ group }) => group === 'back')?.pid
      if (pid === undefined) return
      killed.add(pid)
      process.kill(pid, 'SIGKILL')
    }
    const receipts = await depositAll(5, kill, deposits / 100)
    expect(killed.size).toBeGreaterThan(1)
    expect(receipts.map(({ entries }) => entries).sort((a, b) => a - b)).toEqual(
      Array.from({ length: deposits }, (_, index) => index + 1),
    )
    for (let account = 0; account < accounts; account++) {
      const of = receipts.filter((receipt) => receipt.account === `a${account}`).map(({ balance }) => balance)
      expect(of.sort((a, b) => a - b)).toEqual(of.map((_, index) => (index + 1) * 5))
    }
  })

  it('REDIS-02 what was booked is there when the application is started again', async () => {
    await runtime.stop()
    runtime = await start()
    const { balance, entries } = await deposit(runtime, 'a0', 0)
    expect({ balance, entries }).toEqual({ balance: (deposits / accounts) * 5, entries: deposits + 1 })
  })

  it('REDIS-01 Redis is killed and started again under requests: each is answered, and booked once', async () => {
    const before = (await deposit(runtime, 'count', 0)).entries
    let restarted: Promise<unknown> | undefined
    const receipts = await depositAll(1, (done) => {
      if (done === 50) restarted = redis.kill().then(() => redis.restart())
    })
    await restarted
    expect(restarted).toBeDefined()
    expect(receipts.map(({ entries }) => entries).sort((a, b) => a - b)).toEqual(
      Array.from({ length: deposits }, (_, index) => before + index + 1),
    )
  })
})
