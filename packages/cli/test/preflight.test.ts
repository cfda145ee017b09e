import { chmodSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { callMain } from './call-main.js'
import { fixtures } from './start-millrace.js'
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.js'

const home = process.cwd()
let folder: TemporaryFolder
beforeAll(() => {
  process.chdir(fixtures)
  folder = temporaryFolder()
})
afterAll(() => {
  process.chdir(home)
  folder.remove()
})

const insecure = `CONFIG_INVALID: 3 mistakes in shop.yml, insecure.yml
  insecure.yml:6:18 runtime.platform.execution_ipc.bind_host must be 127.0.0.1 (got "0.0.0.0")
  insecure.yml:7:28 runtime.platform.execution_ipc.auth.secret_mode must be static where the transport is redis: what Redis holds outlives the processes; add secret_mode: static with secret_env or secret_file
  insecure.yml:7:52 runtime.platform.execution_ipc.auth.ttl_seconds must be a whole number from 1 to 3600 (got 7200)
`

describe('preflight', () => {
  it.each(['check', 'run', 'plan', 'parity'])(
    'GATE-01 lists every finding of an insecure configuration, exits with 2 and starts nothing: millrace %s',
    async (command) => {
      const output = join(folder.path, `${command}.txt`)
      const overlay = folder.write(`${command}.yml`, `adapters:\n  lines: { path: ${output} }\n`)
      const told = await callMain([command, 'shop.yml', 'insecure.yml', overlay])
      expect(told).toEqual({
        code: 2,
        stdout: '',
        stderr: insecure.replace('insecure.yml\n', `insecure.yml, ${overlay}\n`),
      })
      expect(existsSync(output)).toBe(false)
    },
  )

  it.each(['check', 'plan', 'parity'])(
    'tells programs why an application was refused: millrace %s --json',
    async (command) => {
      const { code, stdout } = await callMain([command, 'shop.yml', 'insecure.yml', '--json'])
      const answer: unknown = JSON.parse(stdout)
      expect(code).toBe(2)
      expect(answer).toEqual({
        ok: false,
        code: 'CONFIG_INVALID',
        findings: insecure.trimEnd().split('\n  ').slice(1),
      })
    },
  )

  it.each([
    ['shorter than 32 bytes', 'short', 0o600, 'leads to a secret of 5 bytes; it must have at least 32'],
    [
      'readable by others',
      'x'.repeat(32),
      0o644,
      'leads to a file that others may read or write (mode 0644); run chmod 600 on it',
    ],
  ])('GATE-01 refuses a static secret that is %s, and does not tell it', async (_why, secret, mode, told) => {
    const file = folder.write('secret', secret)
    chmodSync(file, mode)
    const overlay = folder.write(
      'static.yml',
      `runtime:
  platform:
    bootstrap: { mode: process_supervisor }
    execution_ipc: { auth: { secret_mode: static, secret_file: ${file} } }
    process_groups: [{ name: all, nodes: [orders, price, lines] }]
`,
    )
    const { code, stdout, stderr } = await callMain(['check', 'shop.yml', overlay, '--json'])
    const answer: unknown = JSON.parse(stdout)
    expect([code, stderr]).toEqual([2, ''])
    expect(answer).toMatchObject({
      ok: false,
      code: 'CONFIG_INVALID',
      findings: [expect.stringContaining('SEC_SECRET_INVALID')],
    })
    expect(stdout).toContain(told)
    expect(stdout).not.toContain(secret)
  })
})

describe('millrace check', () => {
  it('GATE-02 shows profile, transport, groups, hops, interfaces and exporters as text', async () => {
    const config = withEverything()
    const { code, stdout, stderr } = await callMain(['check', config, 'processes.yml', discovery()])
    expect([code, stderr]).toEqual([0, ''])
    expect(
      stdout.replaceAll(folder.path, 'FOLDER'),
    ).toBe(`FOLDER/app.yml, processes.yml, FOLDER/discovery.yml: nothing is wrong with 4 nodes, 3 message types, 3 edges, 0 services, 3 groups, 3 hops

scenario    shop
profile     tcp_local, process_supervisor
transport   tcp_local on 127.0.0.1, free ports, frames up to 1048576 bytes
            signed with hmac, kdf hkdf_sha256, ttl 30 s, 100000 nonces
            secret: generated for this run
state       memory
groups      edge × 1: lines, orders (restart never, not on_failure: it has a source or a sink)
            pricing × 2: price
            web × 1: quote
hops        orders → price: shop.order (edge → pricing, sequence)
            orders → quote: shop.order (edge → web, single)
            price → lines: shop.priced (pricing → edge, single)
interfaces  POST http://127.0.0.1:8080/quotes shop.order → shop.quoted
            websocket ws://127.0.0.1:8080/live shop.order → shop.quoted
exporters   tracing otel_otlp
            metrics prometheus
            logging off
console     off
`)
  })

  it('GATE-02 gives the same as JSON', async () => {
    const { code, stdout } = await callMain(['check', withEverything(), 'processes.yml', discovery(), '--json'])
    const answer: unknown = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(answer).toMatchObject({
      ok: true,
      summary: {
        profile: 'tcp_local',
        mode: 'process_supervisor',
        transport: { name: 'tcp_local', auth: { secret: 'generated for this run' } },
        groups: [
          { name: 'edge', workers: 1, nodes: ['lines', 'orders'] },
          { name: 'pricing', workers: 2, nodes: ['price'] },
          { name: 'web', workers: 1, nodes: ['quote'] },
        ],
        hops: [
          { from: 'orders', to: 'price' },
          { from: 'orders', to: 'quote' },
          { from: 'price', to: 'lines' },
        ],
        interfaces: [{ url: 'http://127.0.0.1:8080/quotes' }, { url: 'ws://127.0.0.1:8080/live' }],
        exporters: { tracing: ['otel_otlp'], metrics: ['prometheus'], logging: [] },
      },
    })
  })

  it('names every package that is missing, with the command that installs it', async () => {
    expect(await callMain(['check', 'shop.yml', 'processes.yml'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `PACKAGE_MISSING: preflight found 4 mistakes
  PACKAGE_MISSING: process_supervisor needs @millrace/supervisor; run: npm install @millrace/supervisor
  PACKAGE_MISSING: tcp_local needs @millrace/transport-tcp-secure; run: npm install @millrace/transport-tcp-secure
  PACKAGE_MISSING: runtime.web.interfaces needs @millrace/web-fastify; run: npm install @millrace/web-fastify
  PACKAGE_MISSING: runtime.observability needs @millrace/observability; run: npm install @millrace/observability
`,
    })
  })

  it('finds every schema that cannot be used, of messages and of slices', async () => {
    const { code, stdout } = await callMain(['check', 'shop.yml', 'unknown-formats.yml', '--json'])
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      code: 'CONFIG_INVALID',
      findings: [
        expect.stringMatching(
          /^unknown-formats\.yml:4:3 CONFIG_INVALID: nodes\.paint cannot be checked: the schema that it is defined with cannot be compiled \(unknown format "colour"/u,
        ),
        expect.stringMatching(/^CONFIG_INVALID: message type 'shop\.painted' has a schema that cannot be used: /u),
      ],
    })
  })

  it('takes a type that nothing emits for a mistake unless a program is said to send it', async () => {
    const refused = await callMain(['check', 'service.yml'])
    expect([refused.code, refused.stderr.split(':')[0]]).toEqual([2, 'GRAPH_NO_PROVIDER'])
    expect(await callMain(['check', 'service.yml', '--embedded'])).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('millrace plan', () => {
  it('shows nodes, groups, edges and hops although the packages are not installed', async () => {
    const { code, stdout, stderr } = await callMain(['plan', 'shop.yml', 'processes.yml'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^profile tcp_local, plan [0-9a-f]{12}\n\nGroups\n/u)
    expect(stdout.slice(stdout.indexOf('Groups'), stdout.indexOf('Nodes'))).toBe(`Groups
group    slots                partitions  nodes
───────  ───────────────────  ──────────  ─────────────
edge     edge#1               -           lines, orders
pricing  pricing#1 pricing#2  -           price
web      web#1                -           quote

`)
    expect(stdout.slice(stdout.indexOf('Edges'))).toBe(`Edges
from    to     type         way
──────  ─────  ───────────  ─────────────────────────────
orders  price  shop.order   hop 0 edge→pricing (sequence)
orders  quote  shop.order   hop 1 edge→web (single)
price   lines  shop.priced  hop 2 pricing→edge (single)
`)
  })

  it('PLACEMENT-03 gives the plan as JSON, with groups, workers and hops', async () => {
    const { code, stdout } = await callMain(['plan', 'shop.yml', 'processes.yml', '--json'])
    const plan: unknown = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(plan).toMatchObject({
      profile: 'tcp_local',
      groups: [
        { name: 'edge', slots: ['edge#1'] },
        { name: 'pricing', slots: ['pricing#1', 'pricing#2'] },
        { name: 'web', slots: ['web#1'] },
      ],
      edges: [
        { from: 'orders', to: 'price', hop: { id: 0, from: 'edge', to: 'pricing', choose: 'sequence' } },
        { from: 'orders', to: 'quote', hop: { id: 1, from: 'edge', to: 'web', choose: 'single' } },
        { from: 'price', to: 'lines', hop: { id: 2, from: 'pricing', to: 'edge', choose: 'single' } },
      ],
    })
  })

  it('gives the plan as a Mermaid flowchart', async () => {
    const { stdout } = await callMain(['plan', 'shop.yml', '--mermaid'])
    expect(stdout).toBe(`flowchart LR
  subgraph g0["app"]
    n0(["lines"])
    n1(["orders"])
    n2["price"]
  end
  n1 -->|"shop.order"| n2
  n2 -->|"shop.priced"| n0
`)
  })

  it('draws groups with their workers, and hops thick', async () => {
    const { stdout } = await callMain(['plan', 'shop.yml', 'processes.yml', '--mermaid'])
    expect(stdout).toBe(`flowchart LR
  subgraph g0["edge"]
    n0(["lines"])
    n1(["orders"])
  end
  subgraph g1["pricing (2 workers)"]
    n2["price"]
  end
  subgraph g2["web"]
    n3["quote"]
  end
  n1 ==>|"shop.order, hop 0"| n2
  n1 ==>|"shop.order, hop 1"| n3
  n2 ==>|"shop.priced, hop 2"| n0
`)
  })
})

/** A copy of the application in a folder in which every optional package is installed. */
function withEverything(): string {
  for (const name of ['supervisor', 'transport-tcp-secure', 'web-fastify', 'observability']) {
    folder.write(
      `node_modules/@millrace/${name}/package.json`,
      JSON.stringify({ name: `@millrace/${name}`, main: 'index.js' }),
    )
    folder.write(`node_modules/@millrace/${name}/index.js`, '')
  }
  return folder.write('app.yml', 'version: 1\nscenario: { name: shop }\nadapters: { orders: {}, lines: {} }\n')
}

function discovery(): string {
  const modules = ['edges.ts', 'price.ts', 'quote.ts'].map((name) => join(fixtures, name))
  return folder.write('discovery.yml', `runtime:\n  discovery_modules: [${modules.join(', ')}]\n`)
}
