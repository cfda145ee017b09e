import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { fixture, processFolder, writeApplication } from './process-folder.js'
import { type Started, startMillrace } from './start-millrace.js'
import type { TemporaryFolder } from './temporary-folder.js'
import { alive, endedAlone, eventsOf, pidsOf } from './worker-log.js'

let folder: TemporaryFolder
beforeAll(() => {
  folder = processFolder()
})
afterAll(() => folder.remove())

interface Shop {
  /** The module of the pricing node. @default price.ts */
  readonly price?: string
  /** The module of the source. @default edges.ts */
  readonly orders?: string
  /** The module of the sink, where the source is not of edges.ts. @default lines */
  readonly sink?: string
  /** Beside that of the pricing group. */
  readonly group?: object
  readonly platform?: object
  readonly count?: number
}

/** The shop in three groups: orders, pricing and lines. @returns its configuration and the file that it writes */
function shop(name: string, settings: Shop = {}) {
  const {
    price = 'price.ts',
    orders,
    sink: sinkName = 'lines',
    group = {},
    platform = {},
    count = 1_000_000,
  } = settings
  const [output, journal] = [join(folder.path, `${name}.txt`), join(folder.path, `${name}.journal`)]
  const [source, sink] = orders === undefined ? ['edges.ts', []] : [orders, [`processes/${sinkName}.ts`]]
  const config = writeApplication(folder, `${name}.json`, {
    modules: [source, price, ...sink].map(fixture),
    groups: [
      { name: 'in', nodes: ['orders'] },
      { name: 'pricing', nodes: ['price'], stop_timeout_seconds: 1, ...group },
      { name: 'out', nodes: ['lines'] },
    ],
    adapters: { orders: orders === undefined ? { count, pauseMs: 2 } : { journal }, lines: { path: output } },
    platform,
  })
  return { config, output, journal }
}

function quotes(name: string, group: object = {}): string {
  const groups = [{ name: 'web', nodes: ['quote'], ...group }]
  return writeApplication(folder, `${name}.json`, { modules: [fixture('quote.ts')], groups })
}

function start(config: string, ...more: readonly string[]): Started {
  return startMillrace(['run', config, '--log-level', 'info', '--log-json', ...more])
}

/** What the sink writes of the first orders. */
function priced(count: number): string {
  return Array.from({ length: count }, (_, index) => `${index + 1} ${(index + 1) * 21}\n`).join('')
}

function lineCount(path: string): number {
  return readFileSync(path, 'utf8').split('\n').length - 1
}

describe('signals to a run in processes', () => {
  it('PROC-02 PROC-SIG-01 SIGTERM finishes all that was accepted, accepts nothing afterwards, stops every worker, and exits with 143', async () => {
    const { config, output, journal } = shop('graceful', {
      orders: 'processes/journal.ts',
      price: 'processes/slow-price.ts',
    })
    const run = start(config, '--json')
    await run.said('fifty orders are sent')
    run.child.kill('SIGTERM')
    const { code, stdout, stderr } = await endedAlone(run)
    expect(code).toBe(143)
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ signal: 'SIGTERM', mode: 'graceful' })
    const written = lineCount(output)
    expect(readFileSync(output, 'utf8')).toBe(priced(written))
    // What the source had ready when it was told to end was not accepted any more: one that was to enter, and the one after it.
    expect([written, written + 1, written + 2]).toContain(lineCount(journal))
    expect(alive(pidsOf(stderr))).toEqual([])
  })

  it('PROC-SIG-01 SIGINT of a terminal, which reaches the workers too, drains likewise and exits with 130', async () => {
    const { config, output } = shop('terminal')
    const run = startMillrace(['run', config, '--log-level', 'info', '--log-json'], { detached: true })
    await run.said('runtime.running')
    process.kill(-(run.child.pid ?? 0), 'SIGINT')
    const { code, stderr } = await endedAlone(run)
    expect([code, modesOf(stderr)]).toEqual([130, ['graceful', 'graceful', 'graceful']])
    expect(readFileSync(output, 'utf8')).toBe(priced(lineCount(output)))
  })

  it('PROC-SIG-01 SIGTERM drains a service and exits with 0', async () => {
    const run = start(quotes('service'), '--embedded')
    await run.said('runtime.running')
    run.child.kill('SIGTERM')
    const { code, stderr } = await endedAlone(run)
    expect([code, modesOf(stderr)]).toEqual([0, ['graceful']])
  })

  it.each([
    ['waits for an hour', 'hangs.ts', 'worker.running'],
    ['never gives its process back', 'processes/loops.ts', 'looping from now on'],
  ])(
    'PROC-SIG-01 a second signal ends a run at once whose handler %s, with 5 and without an orphan',
    async (...given) => {
      const [, price, said] = given
      const run = start(shop(price.replace('/', '-'), { price }).config)
      await run.said('runtime.running')
      await run.said(said)
      run.child.kill('SIGTERM')
      await run.said('worker.draining')
      run.child.kill('SIGINT')
      const { code, stderr } = await endedAlone(run)
      expect([code, alive(pidsOf(stderr))]).toEqual([5, []])
      expect(stderr).toContain('stopped by force: what was in flight is lost')
    },
  )

  it('PROC-SIG-01 a signal during the start ends it without waiting for start_timeout_seconds, with 143 and without an orphan', async () => {
    const run = start(shop('never-loads', { price: 'processes/never-loads.ts' }).config)
    await run.said('"worker":"out#1"')
    run.child.kill('SIGTERM')
    const { code, stderr } = await endedAlone(run)
    expect([code, alive(pidsOf(stderr))]).toEqual([143, []])
    expect(eventsOf(stderr).map(({ name }) => name)).not.toContain('worker.running')
  })

  it('PROC-SIG-01 what hangs is given up when its time is over, with 5 and without an orphan', async () => {
    const platform = { lifecycle: { graceful_timeout_seconds: 0.1 } }
    const run = start(shop('overdue', { price: 'hangs.ts', platform }).config)
    await run.said('runtime.running')
    run.child.kill('SIGTERM')
    const { code, stderr } = await endedAlone(run)
    expect([code, alive(pidsOf(stderr))]).toEqual([5, []])
    expect(stderr).toContain('not all was finished in time; what was in flight is given up')
  })
})

describe('a worker that fails', () => {
  it.each([
    ['reads the source', 0, 'in'],
    ['writes the sink', 2, 'out'],
  ])(
    'PROC-04 a worker that %s is not replaced: another would begin anew, so the run ends with 4',
    async (_, worker, group) => {
      const run = start(shop(`killed-${group}`).config)
      await run.said('runtime.running')
      process.kill(pidsOf(run.stderr())[worker] ?? 0, 'SIGKILL')
      const { code, stderr } = await endedAlone(run)
      const names = eventsOf(stderr).map(({ name }) => name)
      expect([code, names.filter((name) => name === 'worker.starting').length]).toEqual([4, 3])
      expect(eventsOf(stderr).find(({ name }) => name === 'runtime.failed')?.facts).toMatchObject({
        code: 'WORKER_CRASHED',
        group,
      })
    },
  )

  it('PROC-03 ends a run by its failure, with 4: what is killed is WORKER_CRASHED', async () => {
    const run = start(shop('killed', { group: { restart: { policy: 'never' } } }).config)
    await run.said('runtime.running')
    process.kill(pidsOf(run.stderr())[1] ?? 0, 'SIGKILL')
    const { code, stderr } = await endedAlone(run)
    expect([code, alive(pidsOf(stderr))]).toEqual([4, []])
    expect(lastLine(stderr)).toMatch(/^WORKER_CRASHED: pricing#1 /u)
  })

  it('PROC-03 a worker that dies at work ends the run at once: what waited for it is given up, and the others stop gracefully', async () => {
    const run = start(
      shop('killed-at-work', { orders: 'processes/journal.ts', group: { restart: { policy: 'never' } } }).config,
    )
    await run.said('fifty orders are sent')
    process.kill(pidsOf(run.stderr())[1] ?? 0, 'SIGKILL')
    const { code, stderr } = await endedAlone(run)
    expect([code, alive(pidsOf(stderr)), modesOf(stderr)]).toEqual([4, [], ['forced', 'graceful', 'graceful']])
    expect(lastLine(stderr)).toMatch(/^WORKER_CRASHED: pricing#1 /u)
  })

  it.each([
    ['a sink cannot be closed', 'unclosable-lines', { name: 'service.close_failed', facts: { service: 'lines' } }],
    [
      'a worker exits as it should stop',
      'exits-when-closed',
      { name: 'worker.stopped', facts: { mode: 'forced', exitCode: 9 } },
    ],
  ])('HANDOFF-E-03 ends a run by its first failure, with 1; that %s then is an event', async (_what, sink, event) => {
    const run = start(shop(sink, { orders: 'processes/journal.ts', price: 'throws-at-three.ts', sink }).config)
    const { code, stderr } = await endedAlone(run)
    expect([code, alive(pidsOf(stderr))]).toEqual([1, []])
    expect(lastLine(stderr)).toMatch(/^NODE_FAILED: .*price/u)
    expect(eventsOf(stderr)).toContainEqual(
      expect.objectContaining({ ...event, facts: expect.objectContaining({ worker: 'out#1', ...event.facts }) }),
    )
  })

  it('PROC-INT-08 ends a service by its failure, with 4', async () => {
    const run = start(quotes('killed-service', { restart: { policy: 'never' } }), '--embedded', '--json')
    await run.said('runtime.running')
    process.kill(pidsOf(run.stderr())[0] ?? 0, 'SIGKILL')
    const { code, stdout, stderr } = await endedAlone(run)
    expect([code, lastLine(stderr)]).toEqual([4, expect.stringMatching(/^WORKER_CRASHED: web#1 /u)])
    expect(JSON.parse(lastLine(stdout))).toMatchObject({
      exitCode: 4,
      error: { code: 'WORKER_CRASHED', facts: { group: 'web', worker: 'web#1', signal: 'SIGKILL' } },
    })
  })

  it('PROC-04 ends a service whose worker may not be restarted once more, with 4', async () => {
    const run = start(quotes('exhausted', { restart: { max_restarts: 1, backoff_ms: 1 } }), '--embedded')
    await run.said('runtime.running')
    process.kill(pidsOf(run.stderr())[0] ?? 0, 'SIGKILL')
    await run.said('"worker":"web#1","incarnation":2,"pid"')
    process.kill(pidsOf(run.stderr())[1] ?? 0, 'SIGKILL')
    const { code, stderr } = await endedAlone(run)
    expect([code, alive(pidsOf(stderr))]).toEqual([4, []])
    expect(lastLine(stderr)).toMatch(/^WORKER_RESTARTS_EXHAUSTED: web#1 /u)
  })

  it.each([
    ['its sink cannot be opened', 'sink', 'ENOTDIR'],
    ['a module breaks in workers', 'module', 'it breaks in workers'],
  ])('BOOT-API-03 PROC-INIT-01 a start fails with 3 and leaves no process where %s', async (_where, what, reason) => {
    const config = writeApplication(folder, `broken-${what}.json`, {
      modules: ['edges.ts', what === 'module' ? 'processes/breaks-in-workers.ts' : 'price.ts'].map(fixture),
      groups: [
        { name: 'in', nodes: ['orders', 'price'] },
        { name: 'out', nodes: ['lines'] },
      ],
      adapters: { orders: {}, lines: { path: what === 'sink' ? '/dev/null/nowhere' : '/dev/null' } },
    })
    const { code, stderr } = await endedAlone(start(config))
    expect([code, alive(pidsOf(stderr))]).toEqual([3, []])
    expect(stderr).toMatch(new RegExp(`^BOOT_START_FAILED: .*${reason}`, 'mu'))
  })
})

function modesOf(stderr: string): readonly unknown[] {
  return eventsOf(stderr).flatMap(({ name, facts }) => (name === 'worker.stopped' ? [facts.mode] : []))
}

/** The last line that begins at its margin: causes and advice stand below it. */
function lastLine(text: string): string {
  return (
    text
      .trimEnd()
      .split('\n')
      .filter((line) => /^[A-Z{]/u.test(line))
      .at(-1) ?? ''
  )
}
