import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { fixture, type Group, processFolder, writeApplication } from './process-folder.js'
import { fixtures, millrace, startMillrace, steady } from './start-millrace.js'
import type { TemporaryFolder } from './temporary-folder.js'
import { alive, endedAlone, eventsOf, pidsOf } from './worker-log.js'

jest.setTimeout(180_000 * Number(process.env.ROUNDS ?? 1))

const rounds = Array.from({ length: Number(process.env.ROUNDS ?? 1) }, (_, round) => round + 1)

let folder: TemporaryFolder
beforeAll(() => {
  folder = processFolder()
})
afterAll(() => folder.remove())

/** Groups g1, g2, …, each with a node that adds one; the source lives in the first, the sink in the last. */
function chainGroups(length: number): readonly Group[] {
  return Array.from({ length }, (_, index) => ({
    name: `g${index + 1}`,
    nodes: [`add-${index + 1}`, ...(index === 0 ? ['start'] : []), ...(index === length - 1 ? ['sum'] : [])],
  }))
}

function chainApplication(length: number): string {
  return writeApplication(folder, `chain-${length}.json`, {
    modules: [fixture(`processes/${length === 4 ? 'four' : 'ten'}-steps.ts`)],
    groups: chainGroups(length),
    adapters: { start: {}, sum: {} },
  })
}

function quotes(name: string): string {
  const groups = [{ name: 'web', nodes: ['quote'] }]
  return writeApplication(folder, name, { modules: [fixture('quote.ts')], groups })
}

/** What the sink of a chain has got, out of what `--json` printed last. */
function sumsOf(stdout: string): unknown {
  const end = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as {
    readonly result: { readonly reports: { readonly sum: { readonly sums: string } } }
  } // what run-report.ts prints, and what the sink of chain.ts reports
  return JSON.parse(end.result.reports.sum.sums)
}

describe('millrace run with process groups', () => {
  it.each(rounds.flatMap((round) => [4, 10].map((length) => [length, round] as const)))(
    'SMOKE-01 %i groups each add one in a process of their own, all are ready, all stop (round %i)',
    async (length) => {
      const run = startMillrace(['run', chainApplication(length), '--json', '--log-json', '--log-level', 'info'])
      const { code, stdout, stderr } = await endedAlone(run)
      expect([code, stderr.replaceAll(/^\{"at":.*\n/gmu, '')]).toEqual([0, ''])
      const pids = pidsOf(stderr)
      expect([new Set(pids).size, alive(pids)]).toEqual([length, []])
      expect(sumsOf(stdout)).toEqual([{ value: 1 + length, pids }])
      const names = eventsOf(stderr).map(({ name }) => name)
      expect(names.filter((name) => name === 'worker.ready')).toHaveLength(length)
      const stopped = eventsOf(stderr).filter(({ name }) => name === 'worker.stopped')
      expect(stopped.map(({ facts }) => facts.mode)).toEqual(Array.from({ length }, () => 'graceful'))
    },
  )

  it('PROC-INT-01 GATE-02 tells a summary with groups, workers and hops; then start, ready, run, stop, in this order', async () => {
    const { code, stderr } = await millrace(['run', chainApplication(4), '--log-level', 'info'])
    expect([code, stderr.slice(0, stderr.indexOf('\n\n'))]).toEqual([0, summary])
    const log = steady(stderr).match(/(?<=^TIME info {2})(runtime|worker)\.\w+/gmu) ?? []
    const before = [
      'runtime.starting',
      ...four('worker.starting'),
      ...four('worker.ready'),
      'runtime.ready',
      ...four('worker.running'),
      'runtime.running',
    ]
    const after = ['runtime.draining', ...four('worker.draining'), 'runtime.stopping', ...stops(4), 'runtime.stopped']
    expect(log.filter((name) => name.startsWith('runtime.'))).toEqual(lifecycle)
    expect(log.slice(0, before.length)).toEqual(before)
    expect(log.slice(-after.length)).toEqual(after)
    expect(log).toHaveLength(before.length + after.length)
  })

  it('PROC-INT-05 a program starts, asks and stops an application in processes by its public face alone, and ends by itself', async () => {
    const program = join(fixtures, 'processes/embedding-program.ts')
    const { code, stdout, stderr } = await endedAlone(startMillrace([quotes('embedded.json')], { program }))
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toEqual({ cents: 42, running: ['web#1 running'], mode: 'graceful' })
  })
})

const lifecycle = ['starting', 'ready', 'running', 'draining', 'stopping', 'stopped'].map((phase) => `runtime.${phase}`)

function four(name: string): readonly string[] {
  return [name, name, name, name]
}

/** One worker after the other is told to stop. */
function stops(count: number): readonly string[] {
  return Array.from({ length: count }, () => ['worker.stopping', 'worker.stopped']).flat()
}

const summary = `scenario    processes
profile     tcp_local, process_supervisor
transport   tcp_local on 127.0.0.1, free ports, frames up to 1048576 bytes
            signed with hmac, kdf hkdf_sha256, ttl 30 s, 100000 nonces
            secret: generated for this run
state       memory
groups      g1 × 1: start, add-1 (restart never, not on_failure: it has a source or a sink)
            g2 × 1: add-2
            g3 × 1: add-3
            g4 × 1: add-4, sum (restart never, not on_failure: it has a source or a sink)
hops        add-1 → add-2: chain.step-1 (g1 → g2, single)
            add-2 → add-3: chain.step-2 (g2 → g3, single)
            add-3 → add-4: chain.step-3 (g3 → g4, single)
interfaces  none
exporters   tracing off
            metrics off
            logging off
console     off`
