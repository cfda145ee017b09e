import { afterEach, describe, expect, it } from '@jest/globals'
import type { MillraceEvent } from '@millrace/contracts'
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

/** Longer than a replacement takes to load, so that this one could take the slot before the restart has another. */
const longBackoff = { policy: 'on_failure', backoffMs: 2_000, backoffMaxMs: 2_000 } as const
const shortBackoff = { policy: 'on_failure' } as const

/** Kills the process that is in a slot when the first event that fits has come. */
function killWhen(
  { subscribe, supervisor }: TestSupervisor,
  slot: string,
  isNow: (event: MillraceEvent) => boolean,
): void {
  const end = subscribe((event) => {
    if (!isNow(event)) return
    end()
    process.kill(supervisor.snapshot().find((worker) => worker.slot === slot)?.pid ?? 0, 'SIGKILL')
  })
}

/** A replacement of a#1 has begun to load. */
function isLoading({ name, facts: { worker, incarnation } }: MillraceEvent): boolean {
  return name === 'worker.starting' && worker === 'a#1' && incarnation === 2
}

/** The slot has moved, and the old process finishes what began in it. */
function isRetiring({ name, facts: { worker, incarnation } }: MillraceEvent): boolean {
  return name === 'worker.draining' && worker === 'a#1' && incarnation === 1
}

/** What is left when all has come to rest: the processes that live are those in the slots, and nobody retires. */
function expectOneEach({ supervisor, events, tables }: TestSupervisor): void {
  const slots = supervisor.snapshot()
  expect(slots.map(({ phase }) => phase)).toEqual(slots.map(() => 'running'))
  expect([...survivors(events)].sort()).toEqual(slots.map(({ pid }) => pid).sort())
  expect(tables.at(-1)?.retiring).toEqual([])
  expect(
    tables
      .at(-1)
      ?.endpoints.map(({ slot, incarnation }) => [slot, incarnation])
      .sort(),
  ).toEqual(slots.map(({ slot, incarnation }) => [slot, incarnation]))
}

describe('a restart of a worker that is being replaced', () => {
  it('ends the replacement that loads where the old process has died', async () => {
    const one = made([{ slot: 'a#1', restart: longBackoff }, { slot: 'b#1' }])
    const { supervisor, event } = one
    await supervisor.start()
    killWhen(one, 'a#1', isLoading)
    await expect(supervisor.replace('a#1', 'reload')).rejects.toMatchObject({ code: 'BOOT_NOT_READY' })
    await event('worker.stopped', 'a#1', 2)
    await event('worker.running', 'a#1', 2)
    expect(supervisor.snapshot()[0]).toMatchObject({ incarnation: 3, restarts: 1 })
    expectOneEach(one)
    expect(await supervisor.stop()).toBe('graceful')
  })

  it('ends the replacement that loads where another worker has died, and both are restarted', async () => {
    const one = made(
      [
        { slot: 'a#1', restart: longBackoff },
        { slot: 'b#1', restart: longBackoff },
      ],
      { options: { strategy: 'one_for_all' } },
    )
    const { supervisor, event } = one
    await supervisor.start()
    killWhen(one, 'b#1', isLoading)
    await expect(supervisor.replace('a#1', 'reload')).rejects.toMatchObject({ code: 'BOOT_NOT_READY' })
    await event('worker.stopped', 'a#1', 2)
    await event('worker.running', 'b#1', 2)
    expect(supervisor.snapshot()[0]).toMatchObject({ incarnation: 3, restarts: 1 })
    expectOneEach(one)
    expect(await supervisor.stop()).toBe('graceful')
  })

  it.each([
    ['the new process', 'a#1', 3, 'one_for_one'],
    ['another worker', 'b#1', 2, 'one_for_all'],
  ] as const)(
    'ends the old process too where %s dies while that finishes what began in it',
    async (_who, slot, times, strategy) => {
      const never = 100_000
      const one = made(
        [
          { slot: 'a#1', does: 'ignores-retire', restart: shortBackoff },
          { slot: 'b#1', restart: shortBackoff },
        ],
        { options: { strategy, gracefulMs: never } },
      )
      const { supervisor, event } = one
      await supervisor.start()
      killWhen(one, slot, isRetiring)
      await supervisor.replace('a#1', 'reload')
      await event('worker.running', slot, times)
      await event('worker.stopped', 'a#1', 2)
      expect(supervisor.snapshot()[0]).toMatchObject({ incarnation: 3, restarts: 1 })
      expectOneEach(one)
      expect(await supervisor.stop()).toBe('graceful')
    },
  )

  it('is followed by a replacement that is asked for when it is over', async () => {
    const one = made([{ slot: 'a#1', restart: shortBackoff }])
    const { supervisor, event } = one
    await supervisor.start()
    killWhen(one, 'a#1', isLoading)
    await expect(supervisor.replace('a#1', 'reload')).rejects.toMatchObject({ code: 'BOOT_NOT_READY' })
    await event('worker.stopped', 'a#1', 2)
    await event('worker.running', 'a#1', 2)
    await supervisor.ask('a#1', 'echo', 'after the restart', 50_000)
    await supervisor.replace('a#1', 'reload')
    expect(supervisor.snapshot()[0]).toMatchObject({ incarnation: 4, restarts: 1 })
    expectOneEach(one)
  })
})
