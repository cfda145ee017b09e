import { afterEach, describe, expect, it } from '@jest/globals'
import { survivors } from './process-table.js'
import { supervise, type TestSupervisor } from './supervise.js'

/** More than a fresh process has, and less. */
const [enoughMb, tooLittleMb] = [320, 48]
const quick = { heartbeatMs: 50 } as const
let running: TestSupervisor | undefined

function made(...given: Parameters<typeof supervise>): TestSupervisor {
  running = supervise(...given)
  return running
}

afterEach(() => running?.supervisor.kill())

describe('a worker with more memory than max_memory_mb', () => {
  it('is replaced while it works, which is no restart, and so goes on as if nothing had been', async () => {
    const { supervisor, event, log, events } = made([{ slot: 'a#1', maxMemoryMb: enoughMb, ...quick }, { slot: 'b#1' }])
    await supervisor.start()
    await supervisor.ask('a#1', 'keep', enoughMb, 50_000)
    expect((await event('worker.replaced', 'a#1')).facts).toMatchObject({ reason: 'memory' })
    const { facts } = await event('worker.over_memory', 'a#1')
    expect(facts).toMatchObject({ group: 'a', incarnation: 1, limitMb: enoughMb, action: 'replace' })
    expect(facts.rssMb).toBeGreaterThan(enoughMb)
    expect(supervisor.snapshot()[0]).toMatchObject({ phase: 'running', incarnation: 2, restarts: 0 })
    expect(log().filter((line) => /failed|restarting|over_memory/.test(line))).toEqual(['worker.over_memory a#1'])
    expect(await supervisor.stop()).toBe('graceful')
    expect(survivors(events)).toEqual([])
  })

  it('is replaced as often as it may be restarted, then stays, and does not end the run', async () => {
    const restart = { maxRestarts: 2 }
    const { supervisor, event, events, failures } = made([{ slot: 'a#1', maxMemoryMb: tooLittleMb, restart, ...quick }])
    await supervisor.start()
    await event('worker.over_memory', 'a#1', 3)
    const said = events.filter(({ name }) => name === 'worker.over_memory').map(({ facts }) => facts)
    expect(said).toMatchObject([
      { incarnation: 1, action: 'replace' },
      { incarnation: 2, action: 'replace' },
      { incarnation: 3, action: 'none', reason: expect.stringContaining('2 times within 60000 ms') },
    ])
    expect(supervisor.snapshot()[0]).toMatchObject({ phase: 'running', incarnation: 3, restarts: 0 })
    expect(await supervisor.ask('a#1', 'echo', 'alive', 50_000)).toBe('alive')
    expect(failures).toEqual([])
    expect(await supervisor.stop()).toBe('graceful')
  })

  it('stays where it cannot be replaced, and is told of', async () => {
    const whyNotReplaced = 'its worker writes a file'
    const { supervisor, event, log } = made([{ slot: 'a#1', maxMemoryMb: tooLittleMb, whyNotReplaced, ...quick }])
    await supervisor.start()
    const { facts, level } = await event('worker.over_memory', 'a#1')
    expect([level, facts]).toMatchObject(['warn', { action: 'none', reason: whyNotReplaced }])
    expect(log()).not.toContain('worker.replacing a#1')
    expect(supervisor.snapshot()[0]).toMatchObject({ phase: 'running', incarnation: 1 })
  })

  it('stays where its replacement does not load, and is told of', async () => {
    const restart = { maxRestarts: 1 }
    const { supervisor, events, event } = made([
      { slot: 'a#1', does: 'fails-when-replaced', maxMemoryMb: tooLittleMb, restart, ...quick },
    ])
    await supervisor.start()
    await event('worker.over_memory', 'a#1', 2)
    const [, told] = events.filter(({ name }) => name === 'worker.over_memory')
    expect(told?.facts).toMatchObject({ incarnation: 1, action: 'none' })
    expect(told?.facts.reason).toContain('BOOT_START_FAILED')
    expect(supervisor.snapshot()[0]).toMatchObject({ phase: 'running', incarnation: 1 })
  })
})

describe('replacements of two slots', () => {
  it('come one after the other, whoever asks for them', async () => {
    const { supervisor, log } = made([{ slot: 'a#1' }, { slot: 'b#1' }])
    await supervisor.start()
    await Promise.all([supervisor.replace('a#1', 'memory'), supervisor.replace('b#1', 'reload')])
    expect(log().filter((line) => /replac/.test(line))).toEqual([
      'worker.replacing a#1',
      'worker.replaced a#1',
      'worker.replacing b#1',
      'worker.replaced b#1',
    ])
  })
})
