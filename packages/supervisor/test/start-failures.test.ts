import { afterEach, describe, expect, it } from '@jest/globals'
import { redacted } from '@millrace/contracts'
import type { SupervisorOptions } from '../src/index.js'
import { survivors } from './process-table.js'
import { supervise, type TestSupervisor, type TestWorker, testStartTimeoutMs } from './supervise.js'

const works = { slot: 'a#1' }
let running: TestSupervisor | undefined

function made(...given: Parameters<typeof supervise>): TestSupervisor {
  running = supervise(...given)
  return running
}

afterEach(() => running?.supervisor.kill())

/** How a start fails, and what has become of everybody by then. */
async function failure(...given: Parameters<typeof supervise>) {
  const { supervisor, events, log } = made(...given)
  const error: unknown = await supervisor.start().then(
    () => 'it started',
    (thrown: unknown) => thrown,
  )
  return { error, left: survivors(events), log: log(), phases: supervisor.snapshot().map(({ phase }) => phase) }
}

/** The same, where all but the last moment of the time to become ready is over as soon as everybody is spawned. */
async function lateFailure(workers: readonly TestWorker[], options: Partial<SupervisorOptions> = {}) {
  let now = 0
  queueMicrotask(() => {
    now = testStartTimeoutMs - 100
  })
  return failure(workers, { options, parts: { clock: () => now } })
}

describe('a start that fails', () => {
  it('PROC-INIT-01 never gives work to a child that fails while loading, shows its error without any secret, and leaves no process', async () => {
    const { error, left, log, phases } = await failure([works, { slot: 'b#1', does: 'fails-to-load' }])
    expect(error).toMatchObject({
      code: 'BOOT_START_FAILED',
      message: `BOOT_START_FAILED: b#1 could not load its application: no prices for ${redacted}`,
      facts: { group: 'b', worker: 'b#1' },
    })
    expect(log.filter((entry) => entry.startsWith('worker.running'))).toEqual([])
    expect(phases).toEqual(['stopped', 'failed'])
    expect(left).toEqual([])
  })

  it('PROC-INT-06 BOOT-API-03 fails with BOOT_START_FAILED and the code of what was missing, DI_MISSING, and nothing has run', async () => {
    const { error, left, log } = await failure([works, { slot: 'b#1', does: 'lacks-a-service' }])
    expect(error).toMatchObject({
      code: 'BOOT_START_FAILED',
      message:
        'BOOT_START_FAILED: nothing has run, because b#1 did not start: DI_MISSING: no service provides shop.rates',
      facts: {
        worker: 'b#1',
        code: 'DI_MISSING',
        reason: 'DI_MISSING: no service provides shop.rates',
        service: 'shop.rates',
      },
    })
    expect(log.filter((entry) => entry.startsWith('worker.running'))).toEqual([])
    expect(left).toEqual([])
  })

  it('PROC-INT-07 fails with BOOT_NOT_READY naming the worker and what it still waited for', async () => {
    const { error, left } = await lateFailure([works, { slot: 'b#1', does: 'never-ready' }])
    expect(error).toMatchObject({
      code: 'BOOT_NOT_READY',
      message: 'BOOT_NOT_READY: b#1 was not ready within 50000 ms; it still waited for: link to features#2',
      facts: { group: 'b', worker: 'b#1', waitsFor: ['link to features#2'] },
    })
    expect(left).toEqual([])
  })

  it('says that a worker has a blocked event loop', async () => {
    const { error, left } = await lateFailure([{ slot: 'b#1', does: 'blocks-when-ready' }], { terminateMs: 50 })
    expect(error).toMatchObject({ facts: { worker: 'b#1', waitsFor: ['its event loop, which is blocked'] } })
    expect(left).toEqual([])
  })

  it('says that the application of a worker is not loaded', async () => {
    const module = new URL('./fixtures/says-only-hello.mjs', import.meta.url).href
    const options = { module, execArgv: [] }
    const { error, left } = await failure([{ ...works, startTimeoutMs: 3_000 }], { options })
    expect(error).toMatchObject({ code: 'BOOT_NOT_READY', facts: { waitsFor: ['its application to be loaded'] } })
    expect(left).toEqual([])
  })

  it('says that the main module of a worker does not call runWorker', async () => {
    const module = new URL('./fixtures/says-nothing.mjs', import.meta.url).href
    const options = { module, execArgv: [] }
    const { error } = await failure([{ ...works, startTimeoutMs: 300 }], { options })
    expect(error).toMatchObject({
      code: 'BOOT_NOT_READY',
      facts: { waitsFor: ['its main module to call runWorker'] },
    })
  })

  it.each([
    ['ends without a word', 'exits-while-loading', 'works', 'WORKER_CRASHED', 'exit code 7'],
    ['ends when it is ready', 'exits-when-ready', 'never-ready', 'WORKER_CRASHED', 'exit code 9'],
    [
      'throws where nobody catches it',
      'throws-while-loading',
      'works',
      'BOOT_START_FAILED',
      'thrown on purpose, in a test',
    ],
    ['throws when it shall begin', 'fails-to-begin', 'works', 'BOOT_START_FAILED', 'could not begin its work: no room'],
  ])('fails when a worker %s', async (_what, does, otherDoes, code, text) => {
    const { error, left, log } = await failure([
      { slot: 'b#1', does },
      { slot: 'c#1', does: otherDoes },
    ])
    expect(error).toMatchObject({ code: 'BOOT_START_FAILED', message: expect.stringContaining(text) })
    expect(running?.events.find(({ name }) => name === 'worker.failed')?.facts.code).toBe(code)
    expect(log.filter((entry) => entry.startsWith('worker.running'))).toEqual([])
    expect(left).toEqual([])
  })

  it('fails when a worker cannot be spawned', async () => {
    const { error } = await failure([works], { options: { cwd: '/there/is/no/such/folder' } })
    expect(error).toMatchObject({
      code: 'BOOT_START_FAILED',
      message: expect.stringContaining('a#1 could not be spawned: spawn'),
      facts: { worker: 'a#1', code: 'WORKER_CRASHED' },
    })
  })

  it('fails when the assembler cannot make a bundle, and leaves no process', async () => {
    const bundle = () => {
      throw new Error('no plan')
    }
    const { error, left } = await failure([works], { bundle })
    expect(error).toMatchObject({ code: 'BOOT_START_FAILED', cause: new Error('no plan') })
    expect(left).toEqual([])
  })

  it('CHILD-BOOT-03 refuses a malformed bundle with BOOT_BUNDLE_INVALID', async () => {
    const { error, left } = await failure([works], {
      bundle: (usual) => ({ ...usual, keys: [{ peer: 'b#1', key: new Uint8Array(31) }] }),
    })
    expect(error).toMatchObject({
      code: 'BOOT_START_FAILED',
      message: expect.stringContaining('keys must be a list of a peer and 32 bytes each'),
      facts: { worker: 'a#1', code: 'BOOT_BUNDLE_INVALID' },
    })
    expect(left).toEqual([])
  })

  it('refuses a bundle that cannot be sent', async () => {
    const { error } = await failure([works], { bundle: (usual) => ({ ...usual, metadata: { handle: () => 1 } }) })
    expect(error).toMatchObject({ facts: { code: 'BOOT_BUNDLE_INVALID' } })
  })
})
