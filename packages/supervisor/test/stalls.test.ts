import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from '@jest/globals'
import { type Program, runProgram } from './run-program.js'
import { supervise, type TestSupervisor } from './supervise.js'

const supervises = fileURLToPath(new URL('./fixtures/supervises.ts', import.meta.url))
const stallTimeoutMs = 2_000
const settings = { heartbeatMs: 100, stallTimeoutMs, restart: { policy: 'on_failure' } } as const
let running: TestSupervisor | undefined
let program: Program | undefined

afterEach(async () => {
  await running?.supervisor.kill()
  program?.signal('SIGKILL')
})

async function started(): Promise<TestSupervisor> {
  running = supervise([{ slot: 'a#1', ...settings }])
  await running.supervisor.start()
  return running
}

describe('a worker that gives no sign of life', () => {
  it('PROC-STALL-01 is WORKER_STALLED and killed when it is stopped (silent), and its policy is applied', async () => {
    const { supervisor, event } = await started()
    process.kill(Number(supervisor.snapshot()[0]?.pid), 'SIGSTOP')
    expect((await event('worker.failed', 'a#1')).facts).toMatchObject({ code: 'WORKER_STALLED', cause: 'silent' })
    expect((await event('worker.stopped', 'a#1')).facts).toMatchObject({ mode: 'forced', signal: 'SIGKILL' })
    await event('worker.running', 'a#1', 2)
  })

  it('PROC-STALL-01 is WORKER_STALLED and killed when its event loop is blocked (loop_blocked), and its policy is applied', async () => {
    const { supervisor, event } = await started()
    const asked = supervisor.ask('a#1', 'block', null, 60_000)
    await expect(asked).rejects.toMatchObject({
      code: 'WORKER_STALLED',
      facts: { group: 'a', worker: 'a#1', cause: 'loop_blocked', stallTimeoutMs },
    })
    expect((await event('worker.stopped', 'a#1')).facts).toMatchObject({ mode: 'forced', signal: 'SIGKILL' })
    await event('worker.running', 'a#1', 2)
  })
})

describe('a supervisor that was suspended', () => {
  it('PROC-STALL-01 kills nobody, neither when it alone was, nor when everybody was', async () => {
    program = runProgram(supervises, [String(stallTimeoutMs)])
    const workers = [await program.line('worker.running idle#1'), await program.line('worker.running busy#1')]
    const pids = workers.map((line) => Number(line.split(' ').at(-1)))
    await suspended(program, [])
    program.say('once')
    await program.line('echo once')
    await suspended(program, pids)
    program.say('twice')
    await program.line('echo twice')
    await pause(1.25 * stallTimeoutMs)
    program.say('thrice')
    await program.line('echo thrice')
    expect(program.lines.filter((line) => /failed|stopp/.test(line))).toEqual([])
  })
})

/** Stops the program, and workers, for longer than a worker may be still. The program has looked about before they go on. */
async function suspended(program: Program, workers: readonly number[]): Promise<void> {
  for (const pid of [program.pid, ...workers]) process.kill(pid, 'SIGSTOP')
  await pause(1.5 * stallTimeoutMs)
  process.kill(program.pid, 'SIGCONT')
  await program.turn()
  await program.turn()
  for (const pid of workers) process.kill(pid, 'SIGCONT')
}

/** Time itself is what is tested here. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}
