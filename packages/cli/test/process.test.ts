import { openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { millrace, startMillrace, steady } from './start-millrace.js'
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.js'

let folder: TemporaryFolder
let brief: string
beforeAll(() => {
  folder = temporaryFolder()
  brief = folder.write('brief.yml', 'runtime:\n  platform:\n    lifecycle: { graceful_timeout_seconds: 0.1 }\n')
})
afterAll(() => folder.remove())

/** An overlay that makes the sink write to a file of its own. */
function writingTo(name: string): { readonly overlay: string; readonly output: string } {
  const output = join(folder.path, `${name}.txt`)
  return { overlay: folder.write(`${name}.yml`, `adapters:\n  lines: { path: ${output} }\n`), output }
}

/** What the sink writes of the first orders. */
function priced(count: number): string {
  return Array.from({ length: count }, (_, index) => `${index + 1} ${(index + 1) * 21}\n`).join('')
}

const summary = `scenario    shop
profile     memory, inline
transport   none: everything runs in this process
state       memory
groups      app × 1: lines, orders, price
hops        none
interfaces  none
exporters   tracing off
            metrics off
            logging off
console     off
`

describe('the exit code of a process', () => {
  it('GATE-02 is 0 at the end of a run, which told its summary before and its result after', async () => {
    const { overlay, output } = writingTo('whole')
    const { code, stdout, stderr } = await millrace(['run', 'shop.yml', overlay])
    expect([code, stdout]).toEqual([0, ''])
    expect(steady(stderr)).toBe(`${summary}
done        in SECONDS
roots       orders: 5
reports     lines: lines 5
given up    dropped 0, dead-lettered 0
`)
    expect(readFileSync(output, 'utf8')).toBe(priced(5))
  })

  it('is 1 where a handler throws', async () => {
    const { code, stderr } = await millrace(['run', 'shop.yml', 'throws-at-three.yml'])
    expect(code).toBe(1)
    expect(steady(stderr)).toBe(`${summary}
TIME warn  root.failed node=price code=NODE_FAILED reason="there is no price for three" trace=TRACE
NODE_FAILED: the handler of node 'price' threw
  caused by: RangeError: there is no price for three
  caused by: Error: the list ends at two
--verbose shows where it was thrown; --checks every checks what nodes hand to each other
`)
  })

  it('is 1 where nothing can happen any more before the end', async () => {
    const { code, stderr } = await millrace(['run', 'shop.yml', 'waits-for-nothing.yml', brief])
    expect(code).toBe(1)
    expect(stderr).toBe(`${summary}
nothing can happen any more, but the run has not ended; stopping
NODE_FAILED: the run cannot end: a source, a handler or a sink waits for a promise that nothing will settle any more
`)
  })

  it('GATE-01 is 2 where the configuration is insecure', async () => {
    const { code, stderr } = await millrace(['run', 'shop.yml', 'insecure.yml'])
    expect([code, stderr.split('\n')[0]]).toEqual([2, 'CONFIG_INVALID: 3 mistakes in shop.yml, insecure.yml'])
  })

  it('is 3 where a sink cannot be opened', async () => {
    const overlay = folder.write('nowhere.yml', 'adapters:\n  lines: { path: /dev/null/nowhere }\n')
    const { code, stderr } = await millrace(['run', 'shop.yml', overlay])
    expect(code).toBe(3)
    expect(steady(stderr)).toBe(`${summary}
TIME error runtime.failed code=BOOT_START_FAILED
BOOT_START_FAILED: sink 'lines' could not be opened, so nothing has run: ENOTDIR: not a directory, open '/dev/null/nowhere'
--verbose shows where it was thrown
`)
  })

  it('is 1 where the application ends the process before the run has ended', async () => {
    const { code, stderr } = await millrace(['run', 'shop.yml', 'exits-at-three.yml'])
    expect(code).toBe(1)
    expect(stderr).toBe(`${summary}
the process ended before the run did, and what was in flight is lost: something in the application called process.exit(); let a handler throw instead
`)
  })

  const endsLoading = [
    ['ends the process', 'process.exit(0)'],
    ['ends the process with a code of its own', 'process.exit(3)'],
    ['throws late', 'setImmediate(() => { throw new Error("late") }); await new Promise(setTimeout)'],
  ] as const
  it.each(endsLoading.flatMap(([how, text]) => ['check', 'plan', 'run', 'parity'].map((one) => [how, one, text])))(
    'is 2 where a module %s while it is loaded: millrace %s',
    async (_how, command, text) => {
      const module = folder.write('ends.mjs', text)
      const overlay = folder.write('ends.yml', `runtime:\n  discovery_modules: [${module}]\n`)
      const said =
        'CONFIG_UNREADABLE: the process ended before the application was loaded, and nothing was started: a module that the configuration names called process.exit(), or threw where nobody catches it; let it throw at its top level'
      const people = await millrace([command, 'shop.yml', overlay])
      expect(people).toMatchObject({ code: 2, stdout: '' })
      expect(people.stderr.endsWith(`${said}\n`)).toBe(true)
      const programs = await millrace([command, 'shop.yml', overlay, '--json'])
      expect(programs.code).toBe(2)
      const told = JSON.parse(programs.stdout)
      if (command === 'run')
        expect(told).toMatchObject({ event: 'end', ok: false, exitCode: 2, error: { message: said } })
      else expect(told).toEqual({ ok: false, code: 'CONFIG_UNREADABLE', findings: [said] })
    },
  )

  it('is 2 where a module never ends loading, which programs are told too', async () => {
    const module = folder.write('waits.mjs', 'await new Promise(() => undefined)')
    const overlay = folder.write('waits.yml', `runtime:\n  discovery_modules: [${module}]\n`)
    const { code, stdout } = await millrace(['check', 'shop.yml', overlay, '--json'])
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      code: 'CONFIG_UNREADABLE',
      findings: [expect.stringContaining(`${module} never ends loading: at its top level it awaits a promise`)],
    })
  })

  it('is 2 where a configuration never ends loading', async () => {
    const config = folder.write('waits.config.mjs', 'await new Promise(() => undefined)')
    const { code, stderr } = await millrace(['check', config])
    expect(code).toBe(2)
    expect(stderr).toContain(`${config} never ends loading: at its top level it awaits a promise that nothing settles`)
  })

  it('is 0 although the application left a timer open', async () => {
    const { code, stderr } = await millrace(['run', 'shop.yml', 'leaves-a-timer.yml'])
    expect(code).toBe(0)
    expect(stderr).toMatch(/\nthe application left something open \(Timeout\); it was ended\n$/u)
  })
})

describe('signals', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('PROC-SIG-01 drains a batch on %s and exits with %i', async (signal, exitCode) => {
    const { overlay, output } = writingTo(signal)
    const run = startMillrace(['run', 'shop.yml', 'endless.yml', overlay, '--log-level', 'info'])
    await run.said('runtime.running')
    run.child.kill(signal)
    const { code, stderr } = await run.ended
    expect(code).toBe(exitCode)
    expect(stderr).toContain(`${signal}: finishing what is in flight, then stopping; once more stops at once\n`)
    expect(stderr).toMatch(/\nstopped after [\d.]+ s\n$/u)
    const written = readFileSync(output, 'utf8')
    expect(written).toBe(priced(written.split('\n').length - 1))
  })

  it('PROC-SIG-01 ends at once on a second signal and exits with 5', async () => {
    const run = startMillrace(['run', 'shop.yml', 'hangs.yml', '--log-level', 'info'])
    await run.said('runtime.running')
    run.child.kill('SIGTERM')
    await run.said('runtime.draining')
    run.child.kill('SIGINT')
    const { code, stderr } = await run.ended
    expect(code).toBe(5)
    expect(stderr).toMatch(/\nstopped by force: what was in flight is lost\n[\s\S]*\nstopped after [\d.]+ s\n/u)
  })

  it('PROC-SIG-01 gives up what hangs when graceful_timeout_seconds are over, and exits with 5', async () => {
    const run = startMillrace(['run', 'shop.yml', 'hangs.yml', brief, '--log-level', 'info'])
    await run.said('runtime.running')
    run.child.kill('SIGTERM')
    const { code, stderr } = await run.ended
    expect(code).toBe(5)
    expect(stderr).toMatch(
      /\nnot all was finished within graceful_timeout_seconds; given up: \d in flight\nstopped after [\d.]+ s\n/u,
    )
  })

  it('PROC-SIG-01 drains a service on SIGTERM and exits with 0', async () => {
    const run = startMillrace(['run', 'service.yml', '--embedded', '--log-level', 'info'])
    await run.said('runtime.running')
    run.child.kill('SIGTERM')
    const { code, stderr } = await run.ended
    expect([code, stderr.includes('runtime.stopped mode=graceful')]).toEqual([0, true])
  })
})

describe('broken standard output', () => {
  it('does not crash a run whose reader has gone away', async () => {
    const run = startMillrace(['run', 'shop.yml', '--json'])
    run.child.stdout?.destroy()
    expect(await run.ended).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it('is told, and exits with 1, where data cannot be written', async () => {
    const run = startMillrace(['plan', 'shop.yml'], { stdout: openSync('/dev/full', 'w') })
    expect(await run.ended).toEqual({
      code: 1,
      stdout: '',
      stderr: 'millrace: standard output cannot be written: ENOSPC: no space left on device, write\n',
    })
  })
})
