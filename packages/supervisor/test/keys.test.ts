import { fork, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from '@jest/globals'
import { redacted, type WorkerBundle } from '@millrace/contracts'
import { fromSource, supervise, type TestSupervisor } from './supervise.js'

const worker = fileURLToPath(new URL('./fixtures/worker.ts', import.meta.url))
let running: TestSupervisor | undefined

afterEach(() => running?.supervisor.kill())

describe('keys', () => {
  it('KEY-IPC-01 reach a worker over the channel it inherits and stand in no environment, argument, open file, event or error', async () => {
    running = supervise([{ slot: 'a#1' }, { slot: 'b#1', does: 'fails-when-replaced' }])
    const { supervisor, keys, event, failure } = running
    await supervisor.start()
    const [{ peer, key }] = keys as [(typeof keys)[number]] // there is one
    expect(await supervisor.ask('a#1', 'keys', null, 5_000)).toEqual([
      [peer, createHash('sha256').update(key).digest('hex')],
    ])
    const pid = Number(supervisor.snapshot()[0]?.pid)
    const seen = Buffer.concat([await readFile(`/proc/${pid}/environ`), await readFile(`/proc/${pid}/cmdline`)])
    const files = await openFiles(pid) // after the failure that follows everybody is stopped
    await supervisor.ask('b#1', 'exit', 1, 5_000).catch(() => undefined)
    await event('worker.stopped', 'b#1')
    const told = inspect([running.events, await failure(), supervisor], { depth: 9, showHidden: true })
    const everything = Buffer.concat([seen, Buffer.from(`${told}${files.join()}`)])
    expect(formsOf(key).filter((form) => everything.includes(form))).toEqual([])
    expect(everything.length).toBeGreaterThan(1_000)
  })

  it('KEY-IPC-03 a supervisor that is asked for a bundle again ends the worker with BOOT_CHANNEL_USED', async () => {
    running = supervise([{ slot: 'a#1', does: 'says-hello-twice' }])
    await expect(running.supervisor.start()).rejects.toMatchObject({
      code: 'BOOT_START_FAILED',
      message: expect.stringContaining('a#1 asked for its bundle again'),
      facts: { worker: 'a#1', code: 'BOOT_CHANNEL_USED' },
    })
  })

  it('KEY-IPC-03 a worker that receives a second bundle ends with BOOT_CHANNEL_USED and keeps what it has', async () => {
    const { exitCode, said } = await tell([bundleOf('works'), { ...bundleOf('works'), slot: 'b#1' }])
    expect(exitCode).toBe(3)
    expect(said).toContainEqual({
      millrace: 'failed',
      report: { code: 'BOOT_CHANNEL_USED', message: expect.stringContaining('a#1'), facts: {} },
    })
  })

  it('are taken out of what a worker reports by the worker itself', async () => {
    const { said } = await tell([bundleOf('fails-to-load')])
    const message = `BOOT_START_FAILED: a#1 could not load its application: no prices for ${redacted}`
    expect(said).toContainEqual({ millrace: 'failed', report: { code: 'BOOT_START_FAILED', message, facts: {} } })
  })

  it('are asked for by no worker whose main module is run by hand: only a supervisor can start it', async () => {
    const child = spawn(process.execPath, [...fromSource, worker], { stdio: ['ignore', 'ignore', 'pipe'] })
    const output = await text(child.stderr)
    expect(output).toContain('TypeError: runWorker is for the main module of a worker')
  })
})

function bundleOf(does: string): WorkerBundle {
  const keys = [{ peer: 'b#1', key: randomBytes(32) }]
  return { slot: 'a#1', group: 'a', incarnation: 1, run: 'ab'.repeat(16), keys, metadata: { does }, beside: false }
}

/** Starts a worker without a supervisor, and gives it bundles when it says hello. */
async function tell(bundles: readonly WorkerBundle[]) {
  const child = fork(worker, [], {
    execArgv: [...fromSource],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
  })
  const said: unknown[] = []
  child.on('message', (message) => void said.push(message))
  await once(child, 'message', { signal: AbortSignal.timeout(50_000) })
  for (const bundle of bundles) child.send({ millrace: 'bundle', bundle, beatMs: 1_000 })
  const [exitCode] = await once(child, 'close', { signal: AbortSignal.timeout(50_000) })
  return { exitCode, said }
}

function formsOf(key: Uint8Array): readonly Buffer[] {
  const bytes = Buffer.from(key)
  const texts = [
    bytes.toString('hex'),
    bytes.toString('base64'),
    bytes.toString('latin1'),
    inspect(bytes),
    [...bytes].join(', '),
  ]
  return [bytes, ...texts.map((text) => Buffer.from(text))]
}

async function openFiles(pid: number): Promise<readonly string[]> {
  const descriptors = await readdir(`/proc/${pid}/fd`)
  return Promise.all(descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => 'closed meanwhile')))
}
