import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type RedisServer, redisTests, startRedis } from '@millrace/redis-server'
import { type DurableRun, killWorker, killWorkers, startDurable, whenWritten } from './durable-run.js'
import { keptWindows } from './kept-windows.js'
import { expectedOf } from './run-reference.js'
import { temporaryFolder } from './temporary-folder.js'
import { writeGenerated } from './write-generated.js'

const folder = temporaryFolder()
const input = join(folder, 'in')
writeGenerated(input, { seed: 17, lines: 2500 })
const expected = expectedOf(input, 'experiment')
const third = Math.floor(expected.output.length / 3)
const quietEnd = { code: 0, signal: null, stdout: '', stderr: '' }

redisTests(describe)('reference run with its state in Redis', () => {
  let server: RedisServer
  let run: DurableRun

  beforeAll(async () => {
    server = await startRedis({ appendonly: 'yes', appendfsync: 'always' })
    run = { profile: 'redis', scenario: 'experiment', url: server.url, input, output: '' }
  })

  afterAll(async () => {
    await server.stop()
  })

  const at = (name: string): DurableRun => ({ ...run, output: join(folder, name) })

  async function expectRight({ output, url }: DurableRun): Promise<void> {
    expect(existsSync(`${output}.part`)).toBe(false)
    expect(readFileSync(output, 'utf8') === expected.output).toBe(true)
    expect(await keptWindows(url, 'experiment')).toEqual(expected.windows)
  }

  it('PARITY-01 writes what the oracle does, and leaves its sums in Redis', async () => {
    const to = at('plain')
    expect(await startDurable(to).ended).toEqual(quietEnd)
    await expectRight(to)
  }, 300_000)

  it('PARITY-01 REDIS-02 does so over TCP too, though the worker with the state is killed', async () => {
    const to: DurableRun = { ...at('over-tcp'), profile: 'tcp_local_durable' }
    const running = startDurable(to)
    await killWorker(running, 'policy', to.output, third)
    expect(await running.ended).toEqual(quietEnd)
    await expectRight(to)
  }, 300_000)

  it('RESUME-01 a run that has come to its end has nothing left to do', async () => {
    const to = at('plain')
    const { code, stderr } = await startDurable(to, '--resume').ended
    expect([code, stderr]).toEqual([0, ''])
    await expectRight(to)
  }, 300_000)

  it.each([
    ['features#1', 'policy'],
    ['features#2', 'egress'],
  ] as const)(
    'REDIS-02 the worker %s is killed, and then %s, others take their places, and the output is the same',
    async (...victims) => {
      const to = at(`replaced.${victims[0]}`)
      const running = startDurable(to)
      await killWorkers(running, victims, to.output, third / 2)
      expect(await running.ended).toEqual(quietEnd)
      await expectRight(to)
    },
    300_000,
  )

  it('REDIS-01 Redis is killed and started again, and the output is the same', async () => {
    const to = at('restarted')
    const running = startDurable(to)
    await whenWritten(running, to.output, third)
    await server.kill()
    await server.restart()
    expect(await running.ended).toEqual(quietEnd)
    await expectRight(to)
  }, 300_000)

  it('RESUME-01 the worker that reads is killed: the run ends, and goes on with --resume', async () => {
    const to = at('reader')
    const running = startDurable(to)
    await killWorker(running, 'ingress', to.output, third)
    expect((await running.ended).code).toBe(4)
    expect(server.cli('--scan', '--pattern', '*lease*')).toBe('') // nobody has to wait for the dead one's
    expect(await startDurable(to, '--resume').ended).toEqual(quietEnd)
    await expectRight(to)
  }, 300_000)

  it('RESUME-01 the command is killed, twice: its workers end with it, and --resume goes on', async () => {
    const to = at('command')
    const workers: number[] = []
    for (const [part, args] of [
      [1, []],
      [2, ['--resume']],
    ] as const) {
      const running = startDurable(to, ...args)
      workers.push(...(await whenWritten(running, to.output, part * third)))
      running.child.kill('SIGKILL')
      await running.ended
    }
    expect(await startDurable(to, '--resume').ended).toEqual(quietEnd) // it waits until no worker holds a lease
    expect([workers.length, workers.filter((pid) => existsSync(`/proc/${pid}`))]).toEqual([10, []])
    await expectRight(to)
  }, 300_000)

  it('RESUME-01 a changed input is told, and the interrupted run still goes on with the right one', async () => {
    const to = at('changed')
    const running = startDurable(to)
    await whenWritten(running, to.output, third)
    running.child.kill('SIGTERM')
    expect((await running.ended).code).toBe(143)
    const changed = join(folder, 'changed.in')
    writeFileSync(changed, readFileSync(input, 'latin1').replace('"id"', '"id" '), 'latin1')
    const { code, stderr } = await startDurable({ ...to, input: changed }, '--resume').ended
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('RESUME_MISMATCH: cannot resume, because the input has changed'),
    ])
    expect(await startDurable(to, '--resume').ended).toEqual(quietEnd)
    await expectRight(to)
  }, 300_000)
})
