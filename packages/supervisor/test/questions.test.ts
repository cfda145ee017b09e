import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { supervise, type TestSupervisor } from './supervise.js'

let running: TestSupervisor

beforeAll(async () => {
  const options = { env: { ...process.env, MILLRACE_TEST: 'given' } }
  running = supervise([{ slot: 'a#1', maxMemoryMb: 192 }, { slot: 'b#1' }], { options })
  await running.supervisor.start()
})

afterAll(() => running.supervisor.kill())

const ask = (question: string, facts: unknown = null, timeoutMs = 10_000, slot = 'a#1') =>
  running.supervisor.ask(slot, question, facts, timeoutMs)

describe('ask', () => {
  it('brings an answer, each to its own question', async () => {
    expect(await Promise.all([ask('echo', { n: 1 }), ask('echo', [2]), ask('unknown')])).toEqual([
      { n: 1 },
      [2],
      undefined,
    ])
  })

  it('fails with what the worker threw', async () => {
    await expect(ask('refuse')).rejects.toMatchObject({
      code: 'OVERLOADED',
      message: 'OVERLOADED: too much is in flight',
      facts: { in_flight: 3 },
    })
    await expect(ask('fail')).rejects.toMatchObject({
      code: 'NODE_FAILED',
      message: 'NODE_FAILED: a#1 cannot answer fail: thrown on purpose',
    })
  })

  it('fails with REPLY_TIMEOUT when no answer comes in time', async () => {
    await expect(ask('later', null, 30)).rejects.toMatchObject({
      code: 'REPLY_TIMEOUT',
      facts: { worker: 'a#1', question: 'later', timeoutMs: 30 },
    })
  })

  it('fails with BOOT_NOT_READY where no worker is', async () => {
    await expect(ask('echo', null, 1_000, 'c#1')).rejects.toMatchObject({
      code: 'BOOT_NOT_READY',
      facts: { worker: 'c#1' },
    })
    const { supervisor } = supervise([{ slot: 'a#1' }])
    await expect(supervisor.ask('a#1', 'echo', null, 1_000)).rejects.toMatchObject({ code: 'BOOT_NOT_READY' })
  })
})

describe('a worker that speaks unasked', () => {
  it('is heard by the assembler and by the observers of events', async () => {
    await ask('tell', { n: 1 })
    await ask('event')
    expect(running.told).toEqual(['all are ready', ['a#1', 'told', { n: 1 }]])
    expect(running.events.find(({ name }) => name === 'node.log')).toMatchObject({
      level: 'warn',
      facts: { worker: 'a#1', node: 'price', message: 'hello' },
    })
  })
})

describe('a worker process', () => {
  it('has the heap limit of its settings and the environment of the options', async () => {
    const [limited, usual] = [await ask('heapLimitMb'), await ask('heapLimitMb', null, 10_000, 'b#1')]
    expect(limited).toBeGreaterThan(192)
    expect(limited).toBeLessThan(400)
    expect(usual).toBeGreaterThan(400)
    expect(await ask('environment')).toBe('given')
  })

  it('ignores SIGINT, which a terminal sends to everybody', async () => {
    process.kill(Number(running.supervisor.snapshot()[0]?.pid), 'SIGINT')
    expect(await ask('echo', 'still there')).toBe('still there')
  })
})
