import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Io } from '../src/io.js'
import { main } from '../src/main.js'
import { ownAbilities } from '../src/typescript/prepare-typescript.js'
import { fakeIo } from './call-main.js'
import { fixture, processFolder, writeApplication } from './process-folder.js'
import { millrace, type Started, startMillrace } from './start-millrace.js'
import type { TemporaryFolder } from './temporary-folder.js'
import { pidsOf } from './worker-log.js'

let folder: TemporaryFolder
let env: Readonly<Record<string, string>>
let running: Started | undefined

beforeAll(() => {
  folder = processFolder()
  env = { XDG_RUNTIME_DIR: folder.path }
})
afterEach(async () => {
  running?.child.kill('SIGKILL')
  await running?.ended
})
afterAll(() => folder.remove())

/** Orders without an end, priced in a process of their own. */
async function shop(observability: object = {}): Promise<Started> {
  const config = writeApplication(folder, 'shop.json', {
    modules: ['edges.ts', 'price.ts'].map(fixture),
    groups: [
      { name: 'in', nodes: ['orders'] },
      { name: 'pricing', nodes: ['price'] },
      { name: 'out', nodes: ['lines'] },
    ],
    adapters: { orders: { count: 1_000_000, pauseMs: 5 }, lines: {} },
    observability,
  })
  running = startMillrace(['run', config, '--log-level', 'info', '--log-json'], { env })
  await running.said('runtime.running')
  return running
}

describe('millrace top', () => {
  it('shows every worker: as JSON with its process, its rate and its memory, and as a table', async () => {
    const pids = pidsOf((await shop()).stderr())
    const { code, stdout } = await millrace(['top', '--once', '--json', '--interval', '2'], { env })
    const snapshot = JSON.parse(stdout)
    expect([code, snapshot.scenario, snapshot.phase]).toEqual([0, 'processes', 'running'])
    expect(snapshot.workers).toEqual(
      ['in', 'pricing', 'out'].map((group, index) => ({
        slot: `${group}#1`,
        group,
        phase: 'running',
        incarnation: 1,
        pid: pids[index],
        restarts: 0,
        handledPerSecond: expect.any(Number),
        vitals: {
          handled: expect.any(Number),
          queued: expect.any(Number),
          lagMs: expect.any(Number),
          inFlight: expect.any(Number),
          redelivered: 0,
          rssBytes: expect.any(Number),
          loopDelayMs: expect.any(Number),
        },
      })),
    )
    expect(snapshot.workers[1].vitals.handled).toBeGreaterThan(0)
    expect(snapshot.workers[1].handledPerSecond).toBeGreaterThan(0)
    expect(snapshot.hops.map(({ to }: { readonly to: string }) => to).sort()).toEqual(['out', 'pricing'])
    for (const hop of snapshot.hops)
      expect(hop).toEqual({
        to: expect.any(String),
        perSecond: expect.any(Number),
        p50Ms: expect.any(Number),
        p99Ms: expect.any(Number),
      })
    expect(snapshot.refusals).toEqual({})
    const table = await millrace(['top', 'processes', '--once'], { env })
    expect(table.code).toBe(0)
    expect(table.stdout).toMatch(/^WORKER {5}GROUP {4}PHASE {4} +PID/mu)
    expect(table.stdout).toMatch(/^TO GROUP {2}MESSAGES\/S +P50 +P99$/mu)
    expect(table.stdout).toMatch(new RegExp(`^pricing#1  pricing  running +${pids[1]} +1 +0 `, 'mu'))
  })

  it('shows a worker that cannot answer because its event loop is blocked, and the others all the same', async () => {
    const pids = pidsOf((await shop()).stderr())
    process.kill(pids[1] ?? 0, 'SIGSTOP')
    const { stdout } = await millrace(['top', '--once', '--json'], { env })
    process.kill(pids[1] ?? 0, 'SIGCONT')
    const workers: readonly { readonly slot: string; readonly vitals?: object }[] = JSON.parse(stdout).workers
    expect(workers.map(({ slot, vitals }) => [slot, vitals !== undefined])).toEqual([
      ['in#1', true],
      ['pricing#1', false],
      ['out#1', true],
    ])
  })

  it('is left by Ctrl+C and leaves the application running; ends when the application does', async () => {
    const run = await shop()
    const left = startMillrace(['top', '--json', '--interval', '0.1'], { env })
    await left.printed('"workers"')
    left.child.kill('SIGINT')
    expect((await left.ended).code).toBe(0)
    const outlived = startMillrace(['top', '--interval', '0.1'], { env })
    await outlived.printed('pricing#1')
    run.child.kill('SIGTERM')
    await run.ended
    expect((await outlived.ended).code).toBe(0)
  })

  it('ends when nobody reads what it prints any more', async () => {
    await shop()
    const top = startMillrace(['top', '--json', '--interval', '0.1'], { env })
    await top.printed('"workers"')
    top.child.stdout?.destroy()
    expect((await top.ended).code).toBe(0)
  })

  it('exits with 130 where Ctrl+C comes before there is anything to show', async () => {
    await shop()
    const io = fakeIo()
    const listen = (event: Parameters<Io['on']>[0], listener: () => void): void => {
      io.on(event, listener)
      if (event === 'SIGINT') queueMicrotask(() => io.emit(event))
    }
    const { XDG_RUNTIME_DIR } = process.env
    process.env.XDG_RUNTIME_DIR = folder.path
    const code = await main(['top', '--once', '--interval', '60'], { ...io, on: listen }, ownAbilities())
    process.env.XDG_RUNTIME_DIR = XDG_RUNTIME_DIR ?? ''
    expect([code, io.written()]).toEqual([130, { stdout: '', stderr: '' }])
  })

  it('prints a link that opens the live page once', async () => {
    await shop({ console: true })
    const { code, stdout } = await millrace(['top', '--web'], { env })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?code=[\w-]{43}\n$/u)
    const opened = await fetch(stdout.trim(), { redirect: 'manual' })
    const cookie = String(opened.headers.get('set-cookie')).split(';')[0] ?? ''
    const page = await fetch(new URL('/', stdout.trim()), { headers: { cookie } })
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<title>Millrace</title>')])
    expect((await fetch(stdout.trim(), { redirect: 'manual' })).status).toBe(401)
  })

  it('says what to configure where an application serves no page', async () => {
    await shop()
    const { code, stderr } = await millrace(['top', '--web'], { env })
    expect(code).toBe(1)
    expect(stderr).toContain('set runtime.observability.console: true')
  })

  it('says what to do where nothing runs', async () => {
    const { code, stderr } = await millrace(['top'], { env: { XDG_RUNTIME_DIR: folder.path } })
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^CONTROL_UNAVAILABLE: .*none runs; start one with millrace run/u),
    ])
  })
})
