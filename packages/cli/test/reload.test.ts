import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { fixture, processFolder, writeApplication } from './process-folder.js'
import { millrace, type Started, startMillrace } from './start-millrace.js'
import type { TemporaryFolder } from './temporary-folder.js'
import { endedAlone, pidsOf } from './worker-log.js'

let folder: TemporaryFolder
let env: Readonly<Record<string, string>>
let run: Started

/** Orders without an end, priced in two workers. */
beforeAll(async () => {
  folder = processFolder()
  env = { XDG_RUNTIME_DIR: folder.path }
  const config = writeApplication(folder, 'shop.json', {
    modules: ['edges.ts', 'price.ts'].map(fixture),
    groups: [
      { name: 'in', nodes: ['orders'] },
      { name: 'pricing', nodes: ['price'], workers: 2 },
      { name: 'out', nodes: ['lines'] },
    ],
    adapters: { orders: { count: 1_000_000, pauseMs: 1 }, lines: { path: `${folder.path}/out.txt` } },
  })
  run = startMillrace(['run', config, '--log-level', 'info', '--log-json'], { env })
  await run.said('runtime.running')
})
afterAll(async () => {
  run.child.kill('SIGKILL')
  await run.ended
  folder.remove()
})

describe('millrace reload', () => {
  it('HANDOFF-05 replaces the workers of a group of a living application', async () => {
    const [, ...before] = pidsOf(run.stderr())
    const { code, stdout } = await millrace(['reload', 'pricing', '--json'], { env })
    const workers: readonly { readonly slot: string; readonly pid: number }[] = JSON.parse(stdout)
    expect([code, workers.map(({ slot }) => slot)]).toEqual([0, ['pricing#1', 'pricing#2']])
    expect(workers.filter(({ pid }) => before.includes(pid))).toEqual([])
    const shown = await millrace(['top', 'processes', '--once', '--json'], { env })
    const { workers: seen } = JSON.parse(shown.stdout) as { readonly workers: typeof workers }
    expect(seen.filter(({ slot }) => slot.startsWith('pricing')).map(({ pid }) => pid)).toEqual(
      workers.map(({ pid }) => pid),
    )
  })

  it.each([
    ['tills', "there is no group 'tills'"],
    ['out', "group 'out' cannot be reloaded, because its worker holds"],
  ])('says why group %s cannot be reloaded, and the application goes on', async (group, why) => {
    const { code, stderr } = await millrace(['reload', group], { env })
    expect(code).toBe(2)
    expect(stderr).toContain(why)
  })

  it('HANDOFF-05 leaves the output whole: every order up to the last, once, in their order', async () => {
    run.child.kill('SIGTERM')
    await endedAlone(run)
    const written = readFileSync(`${folder.path}/out.txt`, 'utf8')
    const count = written.split('\n').length - 1
    expect(count).toBeGreaterThan(1000)
    expect(written).toBe(Array.from({ length: count }, (_, index) => `${index + 1} ${(index + 1) * 21}\n`).join(''))
  })
})
