import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { survivors } from './process-table.js'
import { supervise, type TestSupervisor, type TestWorker } from './supervise.js'

const own = { slot: '@app#1', address: 'here', incarnation: 1 }
const three: readonly TestWorker[] = [{ slot: 'ingress#1' }, { slot: 'features#1' }, { slot: 'egress#1' }]
let running: TestSupervisor | undefined

function made(...given: Parameters<typeof supervise>): TestSupervisor {
  running = supervise(...given)
  return running
}

afterEach(() => running?.supervisor.kill())

function onRunning(name: string, then: () => void): void {
  if (name === 'worker.running') then()
}

/** One whole life. @returns events of workers, where those of the way to being ready have no order among the workers */
async function life(): Promise<readonly string[]> {
  const { supervisor, log } = made(three)
  await supervisor.start(own)
  await supervisor.drain(5_000)
  await supervisor.stop()
  const [begin, end] = [three.length, 2 * three.length]
  return [...log().slice(0, begin), ...[...log().slice(begin, end)].sort(), ...log().slice(end)]
}

describe('a start', () => {
  let started: TestSupervisor

  beforeAll(async () => {
    started = supervise(three)
    await started.supervisor.start(own)
  })

  afterAll(() => started.supervisor.kill())

  it('PROC-01 tells each application to load, to become ready and to begin, in this order, and nobody to begin before all are ready', async () => {
    const heard = await Promise.all(three.map(({ slot }) => started.supervisor.ask(slot, 'heard', null, 5_000)))
    expect(heard).toEqual(three.map(() => ['load', 'connect 2', 'ready', 'start']))
    expect(
      started
        .log()
        .slice(0, 6)
        .filter((entry) => entry.startsWith('worker.running')),
    ).toEqual([])
  })

  it('BOOT-API-02 starts and shows workers in the order of the configuration', async () => {
    const order = ['ingress#1', 'features#1', 'egress#1']
    expect(started.log().slice(0, 3)).toEqual(order.map((slot) => `worker.starting ${slot}`))
    expect(started.log().slice(6)).toEqual(order.map((slot) => `worker.running ${slot}`))
    expect(started.supervisor.snapshot()).toEqual(
      order.map((slot) => ({
        slot,
        group: slot.split('#')[0],
        phase: 'running',
        incarnation: 1,
        pid: expect.any(Number),
        restarts: 0,
      })),
    )
  })

  it('gives everybody, the listener too, one table with everybody in it', async () => {
    const seen = await started.supervisor.ask('features#1', 'table', null, 5_000)
    expect(started.tables).toEqual([seen])
    expect(started.tables[0]?.endpoints.map(({ slot, incarnation }) => [slot, incarnation])).toEqual([
      ['@app#1', 1],
      ['ingress#1', 1],
      ['features#1', 1],
      ['egress#1', 1],
    ])
    expect(started.tables[0]?.endpoints[1]?.address).toBe(`at:${started.supervisor.snapshot()[0]?.pid}`)
  })
})

describe('start and stop', () => {
  it('BOOT-API-01 start, ready, run and stop follow each other in the same order each time', async () => {
    const [first, second] = [await life(), await life()]
    expect(first).toEqual(second)
    expect(first).toEqual([
      'worker.starting ingress#1',
      'worker.starting features#1',
      'worker.starting egress#1',
      'worker.ready egress#1',
      'worker.ready features#1',
      'worker.ready ingress#1',
      'worker.running ingress#1',
      'worker.running features#1',
      'worker.running egress#1',
      'worker.draining ingress#1',
      'worker.draining features#1',
      'worker.draining egress#1',
      'worker.stopping egress#1',
      'worker.stopped egress#1',
      'worker.stopping features#1',
      'worker.stopped features#1',
      'worker.stopping ingress#1',
      'worker.stopped ingress#1',
    ])
  })

  it('STOP-IPC-01 drains within the budget and stops without force', async () => {
    const { supervisor, events } = made([{ slot: 'a#1' }])
    await supervisor.start()
    expect(await supervisor.stop()).toBe('graceful')
    expect(events.at(-1)).toMatchObject({ name: 'worker.stopped', facts: { mode: 'graceful', exitCode: 0 } })
    expect(survivors(events)).toEqual([])
  })

  it('PROC-INT-01 tells of a worker that it starts, is ready, runs, drains and stops, each time with its name and process', async () => {
    const { supervisor, events } = made([{ slot: 'a#1' }])
    await supervisor.start()
    const pid = supervisor.snapshot()[0]?.pid
    await supervisor.stop()
    const name = { group: 'a', worker: 'a#1', incarnation: 1, pid }
    expect(events.map((event) => [event.name, event.facts])).toEqual([
      ['worker.starting', { ...name, reason: 'start' }],
      ['worker.ready', name],
      ['worker.running', name],
      ['worker.draining', name],
      ['worker.stopping', { ...name, reason: 'stop' }],
      ['worker.stopped', { ...name, mode: 'graceful', exitCode: 0 }],
    ])
  })

  it('STOP-IPC-02 a drain over its budget is over; a worker that ignores its stop gets SIGTERM, one that ignores that too SIGKILL', async () => {
    const { supervisor, events, event } = made(
      [
        { slot: 'undrained#1', does: 'ignores-drain' },
        { slot: 'deaf#1', does: 'ignores-stop', stopTimeoutMs: 50 },
        { slot: 'stubborn#1', does: 'ignores-sigterm', stopTimeoutMs: 50 },
      ],
      { options: { gracefulMs: 50, terminateMs: 2_000 } },
    )
    await supervisor.start()
    expect(await supervisor.stop()).toBe('forced')
    const ends = await Promise.all(['undrained#1', 'deaf#1', 'stubborn#1'].map((slot) => event('worker.stopped', slot)))
    expect(ends.map(({ facts }) => [facts.mode, facts.exitCode, facts.signal])).toEqual([
      ['forced', 0, undefined],
      ['forced', 5, undefined],
      ['forced', undefined, 'SIGKILL'],
    ])
    expect(survivors(events)).toEqual([])
  })

  it('STOP-IPC-03 tells of each process once that it stopped, and how', async () => {
    const { supervisor, events } = made([
      { slot: 'good#1' },
      { slot: 'forced#1', does: 'stops-by-force' },
      { slot: 'undrained#1', does: 'drains-incompletely' },
    ])
    await supervisor.start()
    expect(await supervisor.drain(5_000)).toBe(false)
    expect([await supervisor.stop(), await supervisor.stop()]).toEqual(['forced', 'forced'])
    await supervisor.kill()
    const stopped = events.filter(({ name }) => name === 'worker.stopped')
    expect(stopped.map(({ facts }) => [facts.worker, facts.mode])).toEqual([
      ['undrained#1', 'forced'],
      ['forced#1', 'forced'],
      ['good#1', 'graceful'],
    ])
  })

  it('does not drain again what was drained, and says whether all was done in time', async () => {
    const { supervisor, log } = made([{ slot: 'a#1' }, { slot: 'b#1', does: 'ignores-drain' }])
    await supervisor.start()
    expect(await supervisor.drain(50)).toBe(false)
    expect(await supervisor.drain(0)).toBe(false)
    await supervisor.stop()
    expect(log().filter((entry) => entry.startsWith('worker.draining'))).toHaveLength(2)
  })

  it('kills everybody at once, also in the middle of a stop', async () => {
    const { supervisor, events } = made([{ slot: 'a#1' }, { slot: 'b#1', does: 'ignores-stop' }])
    await supervisor.start()
    const stopped = supervisor.stop()
    await running?.event('worker.stopping', 'b#1')
    await supervisor.kill()
    expect(await stopped).toBe('forced')
    expect(survivors(events)).toEqual([])
    expect(events.filter(({ name }) => name === 'worker.stopped').map(({ facts }) => facts.signal)).toEqual([
      'SIGKILL',
      'SIGKILL',
    ])
  })

  it('is stopped at once when it was never started, and a start that comes later ends as one that is overtaken', async () => {
    const { supervisor, log } = made(three)
    expect(await supervisor.stop()).toBe('graceful')
    await supervisor.kill()
    await expect(supervisor.start()).rejects.toMatchObject({
      code: 'BOOT_START_FAILED',
      facts: { code: 'SHUTTING_DOWN' },
    })
    expect(log()).toEqual([])
  })

  it('is started once', async () => {
    const { supervisor, log } = made([{ slot: 'a#1' }])
    const again = new TypeError('A supervisor is started once; make another')
    await supervisor.start()
    await expect(supervisor.start()).rejects.toThrow(again)
    await supervisor.stop()
    await expect(supervisor.start()).rejects.toThrow(again)
    expect(log().filter((entry) => entry.startsWith('worker.starting'))).toHaveLength(1)
  })

  it('ends a start that is overtaken by a stop, and leaves no process', async () => {
    const { supervisor, event, events } = made([{ slot: 'a#1' }, { slot: 'b#1', does: 'never-ready' }])
    const started = supervisor.start()
    await event('worker.ready', 'a#1')
    const stopped = supervisor.stop()
    await expect(started).rejects.toMatchObject({ code: 'BOOT_START_FAILED' })
    expect(await stopped).toBe('graceful')
    expect(survivors(events)).toEqual([])
  })

  it('begins no more work when a stop comes while one worker after the other begins', async () => {
    const { supervisor, subscribe, log } = made(three)
    subscribe(({ name }) => onRunning(name, () => void supervisor.stop()))
    await expect(supervisor.start()).rejects.toMatchObject({ code: 'BOOT_START_FAILED' })
    await supervisor.stop()
    expect(log().filter((entry) => entry.startsWith('worker.running'))).toEqual(['worker.running ingress#1'])
  })
})
