import { afterEach, describe, expect, it } from '@jest/globals'
import type { WorkerBundle } from '@millrace/contracts'
import { survivors } from './process-table.js'
import { supervise, type TestSupervisor } from './supervise.js'

const onFailure = { policy: 'on_failure' } as const
const always = { policy: 'always' } as const
let running: TestSupervisor | undefined

function made(...given: Parameters<typeof supervise>): TestSupervisor {
  running = supervise(...given)
  return running
}

afterEach(() => running?.supervisor.kill())

/** Lets a worker end. */
function exit(slot: string, code: number): void {
  running?.supervisor.ask(slot, 'exit', code, 50_000).catch(() => undefined)
}

function signal(slot: string, name: NodeJS.Signals): void {
  const pid = running?.supervisor.snapshot().find((worker) => worker.slot === slot)?.pid
  process.kill(Number(pid), name)
}

function onlyTheFirst(bundle: WorkerBundle): WorkerBundle {
  if (bundle.incarnation > 1) throw new Error('no plan')
  return bundle
}

/** Incarnations by slot, in the order of their start. */
function incarnations(): readonly string[] {
  return running?.supervisor.snapshot().map(({ slot, incarnation }) => `${slot}:${incarnation}`) ?? []
}

describe('a worker that dies', () => {
  it('PROC-03 is WORKER_CRASHED with group, worker and signal; what it was asked fails at once, and everybody learns that it is gone', async () => {
    const { supervisor, event, tables, failure } = made([{ slot: 'a#1' }, { slot: 'b#1' }])
    await supervisor.start()
    const asked = supervisor.ask('b#1', 'later', null, 60_000)
    const facts = { group: 'b', worker: 'b#1', incarnation: 1, signal: 'SIGKILL' }
    signal('b#1', 'SIGKILL')
    await expect(asked).rejects.toMatchObject({ code: 'WORKER_CRASHED', facts })
    expect((await event('worker.failed', 'b#1')).facts).toMatchObject({ ...facts, code: 'WORKER_CRASHED' })
    expect(await failure()).toMatchObject({ code: 'WORKER_CRASHED', facts })
    expect(tables.map(({ version, endpoints }) => [version, endpoints.length])).toEqual([
      [1, 2],
      [2, 1],
    ])
    expect(await supervisor.stop()).toBe('forced')
    expect(survivors(running?.events ?? [])).toEqual([])
  })

  it.each(['one_for_one', 'one_for_all'] as const)(
    'PROC-04 on_failure: is replaced too when it has begun and others have not, %s',
    async (strategy) => {
      const does = 'dies-as-it-begins'
      const workers = ['a#1', 'b#1'].map((slot) => ({ slot, does, restart: onFailure }))
      const { supervisor, event, failures } = made(workers, { options: { strategy } })
      await supervisor.start()
      await event('worker.running', 'a#1', 2)
      await event('worker.running', 'b#1', strategy === 'one_for_all' ? 2 : 1)
      expect(incarnations()).toEqual(strategy === 'one_for_all' ? ['a#1:2', 'b#1:2'] : ['a#1:2', 'b#1:1'])
      expect(failures).toEqual([])
      expect(await supervisor.stop()).toBe('graceful')
    },
  )

  it('PROC-04 never: is not replaced, when it has begun and others have not either', async () => {
    const does = 'dies-as-it-begins'
    const { supervisor, failure } = made(['a#1', 'b#1'].map((slot) => ({ slot, does })))
    await supervisor.start()
    expect(await failure()).toMatchObject({ code: 'WORKER_CRASHED', facts: { worker: 'a#1', signal: 'SIGKILL' } })
    await supervisor.stop()
  })

  it('PROC-04 never: is not replaced, and everything is stopped', async () => {
    const { supervisor, failure, failures, log } = made([{ slot: 'a#1', restart: always }, { slot: 'b#1' }])
    await supervisor.start()
    exit('b#1', 3)
    expect(await failure()).toMatchObject({ code: 'WORKER_CRASHED', facts: { worker: 'b#1', exitCode: 3 } })
    await supervisor.stop()
    expect(failures).toHaveLength(1)
    expect(log().slice(-4)).toEqual([
      'worker.failed b#1',
      'worker.stopped b#1',
      'worker.stopping a#1',
      'worker.stopped a#1',
    ])
  })

  it('PROC-04 on_failure: is replaced after a failure, with a new bundle and a new endpoint that everybody learns of', async () => {
    const { supervisor, event, tables } = made([{ slot: 'a#1' }, { slot: 'b#1', restart: onFailure }])
    await supervisor.start()
    exit('b#1', 1)
    await event('worker.running', 'b#1', 2)
    expect(supervisor.snapshot()[1]).toMatchObject({ phase: 'running', incarnation: 2, restarts: 1 })
    expect(await supervisor.ask('a#1', 'heard', null, 50_000)).toEqual([
      'load',
      'connect 1',
      'ready',
      'start',
      'connect 2',
      'connect 3',
    ])
    expect(await supervisor.ask('b#1', 'heard', null, 50_000)).toEqual(['load', 'connect 3', 'ready', 'start'])
    expect(tables.at(-1)?.endpoints.map(({ slot, incarnation }) => [slot, incarnation])).toEqual([
      ['a#1', 1],
      ['b#1', 2],
    ])
    expect(await supervisor.stop()).toBe('graceful')
  })

  it('PROC-04 on_failure: is not replaced when it ended by itself with code 0', async () => {
    const { supervisor, failure } = made([{ slot: 'a#1', restart: onFailure }])
    await supervisor.start()
    exit('a#1', 0)
    expect(await failure()).toMatchObject({ code: 'WORKER_CRASHED', facts: { exitCode: 0 } })
  })

  it('PROC-04 always: is replaced when it ended by itself with code 0, or was terminated by somebody', async () => {
    const { supervisor, event } = made([{ slot: 'a#1', restart: always }])
    await supervisor.start()
    exit('a#1', 0)
    await event('worker.running', 'a#1', 2)
    signal('a#1', 'SIGTERM')
    await event('worker.running', 'a#1', 3)
    expect(incarnations()).toEqual(['a#1:3'])
  })

  it('PROC-04 the wait before a replacement grows, and after max_restarts supervision ends with WORKER_RESTARTS_EXHAUSTED', async () => {
    const restart = { policy: 'on_failure', maxRestarts: 3, backoffMs: 4, backoffMaxMs: 1_000 } as const
    const { supervisor, failure, events, log } = made(
      [{ slot: 'a#1' }, { slot: 'b#1', does: 'fails-when-replaced', restart }],
      { parts: { random: () => 0.5 } },
    )
    await supervisor.start()
    exit('b#1', 1)
    expect(await failure()).toMatchObject({
      code: 'WORKER_RESTARTS_EXHAUSTED',
      facts: {
        group: 'b',
        worker: 'b#1',
        restarts: 3,
        code: 'BOOT_START_FAILED',
        reason: expect.stringContaining('the port is taken'),
      },
    })
    await supervisor.stop()
    const waits = events.filter(({ name }) => name === 'worker.restarting').map(({ facts }) => facts.delayMs)
    expect(waits).toEqual([4, 8, 16])
    // What fails while loading is never given work.
    expect(log().filter((entry) => entry === 'worker.running b#1')).toHaveLength(1)
    expect(survivors(events)).toEqual([])
  })

  it('is replaced while everybody drains too, and drained then', async () => {
    const { supervisor, event } = made([
      { slot: 'a#1', does: 'ignores-drain-at-first', restart: onFailure },
      { slot: 'b#1' },
    ])
    await supervisor.start()
    const drained = supervisor.drain(20_000)
    await event('worker.draining', 'a#1')
    signal('a#1', 'SIGKILL')
    expect(await drained).toBe(true)
    expect(incarnations()).toEqual(['a#1:2', 'b#1:1'])
  })

  it('is not replaced when the assembler cannot make another bundle', async () => {
    const { supervisor, failure } = made([{ slot: 'a#1', restart: onFailure }], { bundle: onlyTheFirst })
    await supervisor.start()
    exit('a#1', 1)
    expect(await failure()).toMatchObject({ code: 'BOOT_START_FAILED', cause: new Error('no plan') })
    expect(await supervisor.stop()).toBe('forced')
  })

  it('is not replaced when everything stops before its replacement is due', async () => {
    const restart = { ...onFailure, backoffMs: 60_000, backoffMaxMs: 60_000 }
    const { supervisor, event } = made([{ slot: 'a#1', restart }])
    await supervisor.start()
    exit('a#1', 1)
    await event('worker.restarting', 'a#1')
    expect(await supervisor.drain(10)).toBe(false)
    await supervisor.stop()
    expect(incarnations()).toEqual(['a#1:1'])
  })
})
