import { afterEach, describe, expect, it } from '@jest/globals'
import { supervise, type TestSupervisor } from './supervise.js'

const onFailure = { policy: 'on_failure' } as const
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

/** Incarnations by slot, in the order of their start. */
function incarnations(): readonly string[] {
  return running?.supervisor.snapshot().map(({ slot, incarnation }) => `${slot}:${incarnation}`) ?? []
}

describe('strategies', () => {
  const three = ['a#1', 'b#1', 'c#1'].map((slot) => ({ slot, restart: onFailure }))

  it('one_for_one restarts only the worker that died', async () => {
    const { supervisor, event } = made(three)
    await supervisor.start()
    exit('b#1', 1)
    await event('worker.running', 'b#1', 2)
    expect(incarnations()).toEqual(['a#1:1', 'b#1:2', 'c#1:1'])
  })

  it('rest_for_one restarts it and those started after it', async () => {
    const { supervisor, event, log } = made(three, { options: { strategy: 'rest_for_one' } })
    await supervisor.start()
    const before = log().length
    exit('b#1', 1)
    await event('worker.running', 'c#1', 2)
    expect(incarnations()).toEqual(['a#1:1', 'b#1:2', 'c#1:2'])
    expect(log().slice(before, before + 8)).toEqual([
      'worker.failed b#1',
      'worker.stopped b#1',
      'worker.stopping c#1',
      'worker.stopped c#1',
      'worker.restarting b#1',
      'worker.restarting c#1',
      'worker.starting b#1',
      'worker.starting c#1',
    ])
  })

  it('one_for_all restarts everybody, and begins again when one of them fails meanwhile', async () => {
    const { supervisor, event } = made(
      [
        { slot: 'a#1', restart: onFailure },
        { slot: 'b#1', does: 'dies-when-replaced-first', restart: onFailure },
      ],
      { options: { strategy: 'one_for_all' } },
    )
    await supervisor.start()
    exit('a#1', 1)
    await event('worker.failed', 'b#1')
    await event('worker.running', 'b#1', 2)
    expect(incarnations()).toEqual(['a#1:3', 'b#1:3'])
    expect(await supervisor.stop()).toBe('graceful')
  }, 120_000)

  it('does not restart a worker whose policy is never for the sake of another', async () => {
    const { supervisor, failure } = made([{ slot: 'a#1', restart: onFailure }, { slot: 'b#1' }], {
      options: { strategy: 'one_for_all' },
    })
    await supervisor.start()
    exit('a#1', 1)
    expect(await failure()).toMatchObject({ code: 'WORKER_CRASHED', facts: { worker: 'a#1' } })
    await supervisor.stop()
    expect(incarnations()).toEqual(['a#1:1', 'b#1:1'])
  })
})
