import { afterEach, describe, expect, it } from '@jest/globals'
import { survivors } from './process-table.js'
import { supervise, type TestSupervisor } from './supervise.js'

let running: TestSupervisor | undefined

function made(...given: Parameters<typeof supervise>): TestSupervisor {
  running = supervise(...given)
  return running
}

afterEach(() => running?.supervisor.kill())

describe('a worker that is replaced while it works', () => {
  it('works until its slot has moved and nobody waits for it; the others learn of both processes', async () => {
    const { supervisor, log, tables, told, events } = made([{ slot: 'a#1' }, { slot: 'b#1' }])
    await supervisor.start()
    const [before] = supervisor.snapshot()
    await supervisor.replace('a#1', 'reload')
    expect(supervisor.snapshot()[0]).toMatchObject({ phase: 'running', incarnation: 2 })
    expect(supervisor.snapshot()[0]?.pid).not.toBe(before?.pid)
    expect(log().slice(-8)).toEqual([
      'worker.replacing a#1',
      'worker.starting a#1',
      'worker.ready a#1',
      'worker.running a#1',
      'worker.draining a#1',
      'worker.stopping a#1',
      'worker.stopped a#1',
      'worker.replaced a#1',
    ])
    expect(tables.slice(1).map(({ endpoints, retiring }) => [endpoints.at(-1)?.slot, retiring])).toEqual([
      ['b#1', [{ slot: 'a#1', incarnation: 1 }]],
      ['b#1', []],
    ])
    expect(told).toContain('nobody waits for a#1:1')
    expect(await supervisor.stop()).toBe('graceful')
    expect(survivors(events)).toEqual([])
  })

  it('goes on as if nothing had been where its replacement does not load', async () => {
    const { supervisor, log, tables } = made([{ slot: 'a#1', does: 'fails-when-replaced' }])
    await supervisor.start()
    const [before] = supervisor.snapshot()
    await expect(supervisor.replace('a#1', 'reload')).rejects.toMatchObject({ code: 'BOOT_START_FAILED' })
    expect(supervisor.snapshot()[0]).toMatchObject({ phase: 'running', pid: before?.pid, incarnation: 1 })
    expect([tables.length, log().filter((entry) => entry.startsWith('worker.restarting'))]).toEqual([1, []])
    expect(await supervisor.stop()).toBe('graceful')
  })

  it('is not replaced where it does not work', async () => {
    const { supervisor } = made([{ slot: 'a#1' }])
    await expect(supervisor.replace('a#1', 'reload')).rejects.toMatchObject({ code: 'BOOT_NOT_READY' })
  })

  it('is replaced again where it is being replaced already, one after the other', async () => {
    const { supervisor, log } = made([{ slot: 'a#1' }])
    await supervisor.start()
    await Promise.all([supervisor.replace('a#1', 'memory'), supervisor.replace('a#1', 'reload')])
    expect(supervisor.snapshot()[0]).toMatchObject({ phase: 'running', incarnation: 3 })
    expect(log().filter((entry) => /replac/u.test(entry))).toEqual([
      'worker.replacing a#1',
      'worker.replaced a#1',
      'worker.replacing a#1',
      'worker.replaced a#1',
    ])
    expect(await supervisor.stop()).toBe('graceful')
  })
})
