import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { fixture, processFolder, writeApplication } from './process-folder.js'
import { millrace, steady } from './start-millrace.js'
import type { TemporaryFolder } from './temporary-folder.js'

let folder: TemporaryFolder
beforeAll(() => {
  folder = processFolder()
})
afterAll(() => folder.remove())

/** The shop with two workers that price. @returns its configuration */
function shop(price: string): string {
  return writeApplication(folder, 'shop.json', {
    modules: ['edges.ts', price].map(fixture),
    groups: [
      { name: 'edge', nodes: ['orders', 'lines'] },
      { name: 'pricing', nodes: ['price'], workers: 2 },
    ],
    adapters: { orders: {}, lines: {} },
  })
}

const same = '90cc1907e2d9d588bd98b3b23622e353ee7ba054b67f2a3177c2ec1226dad804'

describe('millrace parity with process groups', () => {
  it('PARITY-05 runs memory, frozen, serialised and tcp_local, and finds them identical', async () => {
    const { code, stdout, stderr } = await millrace(['parity', shop('price.ts')])
    expect([code, stderr]).toEqual([0, ''])
    const rows = stdout.split('\n').map((row) => row.split(/ {2,}/u))
    expect(rows.slice(2, 6).map(([variant, , , sha256, , outcome]) => [variant, sha256, outcome])).toEqual([
      ['memory', same, 'reference'],
      ['frozen', same, 'identical'],
      ['serialised', same, 'identical'],
      ['tcp_local', same, 'identical'],
    ])
    expect(stdout.endsWith('\n\nidentical\n')).toBe(true)
  })

  it('PARITY-05 shows the first difference of processes with its trace', async () => {
    const args = ['parity', shop('processes/counts-in-its-process.ts'), '--variants', 'memory,tcp_local']
    const { code, stdout, stderr } = await millrace(args)
    expect([code, stderr]).toEqual([1, ''])
    expect(steady(stdout.slice(stdout.indexOf('\n\n') + 2))).toBe(`different: sink 'lines', message 2, trace TRACE
  memory     {"payload":{"cents":42,"n":2},"type":"shop.priced"}
  tcp_local  {"payload":{"cents":21,"n":2},"type":"shop.priced"}
a node relies on what other processes do not share: a variable of a module, a file, or the pid; declare it as state
`)
  })
})
