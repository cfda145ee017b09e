import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { MillraceEvent } from '@millrace/contracts'
import { sourceFlags } from '@millrace/from-source'
import { type RedisServer, redisTests, startRedis } from '@millrace/redis-server'
import { createRuntime } from '../src/create-runtime.js'
import type { Runtime } from '../src/runtime/runtime.js'
import { codeOf } from './shop.js'

const config = fileURLToPath(new URL('fixtures/batch/app.yml', import.meta.url))

redisTests(describe)('a run that is kept in Redis', () => {
  let server: RedisServer

  beforeAll(async () => {
    server = await startRedis()
  })

  afterAll(async () => {
    await server.stop()
  })

  interface Made {
    readonly runtime: Runtime
    readonly events: MillraceEvent[]
    readonly named: (name: string) => number
  }

  /** Makes a runtime whose keys begin with a prefix; its source waits after its last number, or ends. */
  async function make(prefix: string, { resume = false, waits = false, runtime: more = {} } = {}): Promise<Made> {
    const runtime = await createRuntime({
      config,
      resume,
      workerFlags: sourceFlags,
      overlay: {
        runtime: { ...more, platform: { redis: { url: server.url, key_prefix: prefix } } },
        adapters: { numbers: { waits } },
      },
    })
    const events: MillraceEvent[] = []
    runtime.subscribe((event) => void events.push(event))
    return { runtime, events, named: (name) => events.filter((event) => event.name === name).length }
  }

  it('RESUME-01 a run that has come to its end is not run again, and says what became of it', async () => {
    const first = await make('complete')
    const result = await first.runtime.run()
    const again = await make('complete', { resume: true })
    expect([result.reports, await again.runtime.run()]).toEqual([{ book: { last: 5050 } }, result])
    expect([again.named('run.was_complete'), again.named('worker.starting')]).toEqual([1, 0])
  })

  it('RESUME-01 begins anew, and says so, where nothing is kept', async () => {
    const { runtime, named } = await make('nothing', { resume: true })
    expect((await runtime.run()).reports).toEqual({ book: { last: 5050 } })
    expect(named('run.nothing_kept')).toBe(1)
  })

  it('says once that Redis may lose what it has confirmed, where it is set so', async () => {
    const { runtime, events } = await make('losses')
    await runtime.run()
    const told = events.filter(({ name }) => name === 'backend.may_lose').map(({ level, facts }) => [level, facts])
    expect(told).toEqual([['warn', { backend: 'redis', reason: expect.stringContaining('set appendonly yes') }]])
    server.cli('CONFIG', 'SET', 'appendonly', 'yes', 'appendfsync', 'always')
    const kept = await make('no-losses')
    await kept.runtime.run()
    expect(kept.named('backend.may_lose')).toBe(0)
  })

  it('RESUME-01 a new run begins with nothing, whatever the one before it has left', async () => {
    await interrupt('anew')
    server.cli('SET', '{anew}:state:left:all', '1')
    const { runtime } = await make('anew')
    expect((await runtime.run()).reports).toEqual({ book: { last: 5050 } })
    expect(server.cli('GET', '{anew}:state:left:all')).toBe('')
  })

  it('RESUME-01 a run by another plan is not resumed', async () => {
    await interrupt('plan')
    server.cli('HSET', '{plan}:ledger:@run#1', 'run', '{"plan":"another"}')
    const { runtime, named } = await make('plan', { resume: true })
    const failed = runtime.start()
    await expect(failed).rejects.toThrow(
      'nothing has run: RESUME_MISMATCH: cannot resume, because the graph or its placement is another',
    )
    expect(named('worker.starting')).toBe(0)
  })

  it('RESUME-01 a run whose sinks take what comes is not resumed', async () => {
    const made = make('completion', { resume: true, runtime: { ordering: { sink_mode: 'completion' } } })
    await expect(made).rejects.toThrow('CONFIG_INVALID: a run cannot be resumed with runtime.ordering.sink_mode')
  })

  it('RESUME-01 an application that runs is neither run again beside that, nor forgotten', async () => {
    const { runtime, events } = await make('twice', { waits: true })
    await runtime.start()
    const [anew, resumed] = [await make('twice'), await make('twice', { resume: true })]
    const refused = await Promise.all([anew, resumed].map((other) => codeOf(other.runtime.run())))
    expect(refused).toEqual(['BOOT_START_FAILED', 'BOOT_START_FAILED'])
    expect(server.cli('EXISTS', '{twice}:ledger:@run#1', '{twice}:lease:@run#1')).toBe('2')
    await runtime.stop()
    expect(events.some(({ level }) => level === 'error')).toBe(false)
  })

  it.each([
    ['of a new run', false],
    ['of a run that is resumed', true],
  ])('ends the start %s that waits for the lease of another when it is stopped', async (_what, resume) => {
    const prefix = `waits-${resume}`
    holdLease(`{${prefix}}:lease:@run#1`)
    const [starting, running] = [await make(prefix, { resume }), await make(prefix, { resume })]
    const failed = [codeOf(starting.runtime.start()), codeOf(running.runtime.run())]
    await pause(500)
    const stoppedAt = performance.now()
    await Promise.all([starting.runtime.stop(), running.runtime.stop()])
    expect(await Promise.all(failed)).toEqual(['BOOT_START_FAILED', 'SHUTTING_DOWN'])
    expect(performance.now() - stoppedAt).toBeLessThan(3000)
  })

  it('ends the start of an application in one process that waits for the lease of another when it is stopped', async () => {
    holdLease('{one}:lease:app#1')
    const runtime = await makeInline('one')
    const failed = codeOf(runtime.start())
    await pause(500)
    const stoppedAt = performance.now()
    await runtime.stop()
    expect([await failed, server.cli('EXISTS', '{one}:lease:@run#1')]).toEqual(['BOOT_START_FAILED', '0'])
    expect(performance.now() - stoppedAt).toBeLessThan(3000)
  })

  it('gives the run back where its one process cannot have its slot', async () => {
    server.cli('SET', '{spoilt}:lease:app#1', 'something else')
    const runtime = await makeInline('spoilt')
    await expect(runtime.start()).rejects.toThrow('nothing has run: BACKEND_UNAVAILABLE: ')
    expect(server.cli('EXISTS', '{spoilt}:lease:@run#1')).toBe('0')
  })

  /** An application in one process that nothing feeds. */
  function makeInline(prefix: string): Promise<Runtime> {
    const inline = fileURLToPath(new URL('fixtures/till/inline.yml', import.meta.url))
    const overlay = { runtime: { platform: { redis: { url: server.url, key_prefix: prefix } } } }
    return createRuntime({ config: inline, overlay })
  }

  /** Somebody else has a slot, for longer than anybody waits. */
  function holdLease(key: string): void {
    server.cli('HSET', key, 'run', 'another', 'incarnation', '1', 'token', 't', 'commits', '0')
    server.cli('PEXPIRE', key, '60000')
  }

  /** Leaves a run that has not come to its end. */
  async function interrupt(prefix: string): Promise<void> {
    const { runtime } = await make(prefix, { waits: true })
    await runtime.start()
    await runtime.stop()
  }
})
