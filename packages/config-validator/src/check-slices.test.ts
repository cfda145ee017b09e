import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Type } from '@millrace/contracts'
import { type ConfigFolder, configFolder } from '../test/support/config-folder.js'
import { checkSlices, type SliceOwners } from './check-slices.js'
import { formatFinding } from './finding.js'
import { loadConfig, loadValue } from './load-config.js'

const Limits = Type.Object({
  limit_cents: Type.Integer({ minimum: 1 }),
  mode: Type.Enum(['soft', 'hard'], { default: 'soft' }),
  retry: Type.Object({ times: Type.Integer({ default: 3 }) }, { default: {} }),
})
const owners: SliceOwners = {
  nodes: [{ name: 'decide', schema: Limits }, { name: 'parse' }],
  adapters: [{ name: 'lines-in', schema: Type.Object({ path: Type.String() }) }, { name: 'lines-out' }],
}
const head = 'version: 1\nscenario: { name: shop }\n'
let folder: ConfigFolder

beforeAll(async () => {
  folder = await configFolder()
})

afterAll(() => folder.remove())

async function linesOf(yaml: string): Promise<readonly string[]> {
  await folder.write('app.yml', head + yaml)
  const loaded = await loadConfig(['app.yml'], { cwd: folder.path })
  return checkSlices(loaded, owners).findings.map(formatFinding)
}

describe('checkSlices', () => {
  it('fills in defaults, for nodes also where the file says nothing', () => {
    const loaded = loadValue({
      version: 1,
      scenario: { name: 'shop' },
      nodes: { decide: { limit_cents: 5, retry: {} } },
      adapters: { 'lines-out': {} },
    })
    const { findings, nodes, adapters } = checkSlices(loaded, owners)
    expect(findings).toEqual([])
    expect(nodes).toEqual({ decide: { limit_cents: 5, mode: 'soft', retry: { times: 3 } }, parse: {} })
    expect(adapters).toEqual({ 'lines-out': {} })
    expect(loaded.config.nodes.decide).toEqual({ limit_cents: 5, retry: {} })
  })

  it.each([
    [
      'nodes: { decide: { limit_cents: "5" } }',
      'app.yml:3:33 nodes.decide.limit_cents must be a whole number of at least 1 (got "5"; take away the quotes)',
    ],
    [
      'nodes: { decide: { limit_cents: 5, mode: medium } }',
      'app.yml:3:42 nodes.decide.mode must be one of soft, hard (got "medium")',
    ],
    [
      'nodes: { decide: { limit_cents: 5, mod: soft } }',
      'app.yml:3:36 nodes.decide.mod is not a known key; did you mean mode?',
    ],
    [
      'nodes: { decide: { limit_cents: 5, retry: { time: 3 } } }',
      'app.yml:3:45 nodes.decide.retry.time is not a known key; did you mean times?',
    ],
    [
      'nodes: { decide: {} }',
      'app.yml:3:10 nodes.decide.limit_cents is required; it must be a whole number of at least 1',
    ],
    [
      'nodes: { decide: { limit_cents: 5 }, prase: {} }',
      'app.yml:3:38 nodes.prase names no node that discovery has found; did you mean parse?',
    ],
    [
      'nodes: { decide: { limit_cents: 5 }, lines-in: {} }',
      'app.yml:3:38 nodes.lines-in is a source or sink; its slice belongs under adapters',
    ],
    ['nodes: { decide: { limit_cents: 5 }, parse: { a: 1 } }', 'app.yml:3:47 nodes.parse.a is not a known key'],
    [
      'nodes: { decide: { limit_cents: 5 } }\nadapters: { stdin: {} }',
      'app.yml:4:13 adapters.stdin names no source or sink that discovery has found; known are lines-in, lines-out',
    ],
    [
      'nodes: { decide: { limit_cents: 5 } }\nadapters: { lines-in: {} }',
      'app.yml:4:13 adapters.lines-in.path is required; it must be text',
    ],
    [
      'nodes: { decide: { limit_cents: 5 } }\nadapters: { parse: {} }',
      'app.yml:4:13 adapters.parse is a node; its slice belongs under nodes',
    ],
  ])('finds in %s', async (yaml, line) => {
    expect(await linesOf(yaml)).toEqual([line])
  })

  it('asks for the slice of a node that the file does not mention', async () => {
    expect(await linesOf('')).toEqual([
      'app.yml:1:1 nodes.decide.limit_cents is required; it must be a whole number of at least 1',
    ])
  })

  it('shows no value under a key that looks like a secret', () => {
    const schema = Type.Object({ api_key: Type.Integer(), auth: Type.Object({ token: Type.Object({}) }) })
    const loaded = loadValue({
      version: 1,
      scenario: { name: 'shop' },
      nodes: { call: { api_key: 'hunter2', auth: { token: { hunter2: 1 } } } },
    })
    expect(
      checkSlices(loaded, { nodes: [{ name: 'call', schema }], adapters: [] }).findings.map(formatFinding),
    ).toEqual(['nodes.call.api_key must be a whole number', 'nodes.call.auth.token.… is not a known key'])
  })

  it('keeps open what a schema leaves open, and intersections as they are', () => {
    const schema = Type.Object({
      free: Type.Object({ a: Type.Optional(Type.String()) }, { additionalProperties: true }),
      map: Type.Record(Type.String(), Type.Integer()),
      both: Type.Intersect([Type.Object({ a: Type.String() }), Type.Object({ b: Type.String() })]),
    })
    const slice = { free: { x: 1 }, map: { y: 2 }, both: { a: '', b: '' } }
    const check = (node: object) =>
      checkSlices(loadValue({ version: 1, scenario: { name: 'shop' }, nodes: { n: node } }), {
        nodes: [{ name: 'n', schema }],
        adapters: [],
      }).findings.map(formatFinding)
    expect(check(slice)).toEqual([])
    expect(check({ ...slice, both: { a: '', b: '', c: '' } })).toEqual(['nodes.n.both.c is not a known key'])
  })

  it('knows a source called constructor from what every object inherits', () => {
    const loaded = loadValue({ version: 1, scenario: { name: 'shop' } })
    const { nodes, adapters } = checkSlices(loaded, {
      nodes: [{ name: 'toString' }],
      adapters: [{ name: 'constructor' }],
    })
    expect(Object.keys(adapters)).toEqual([])
    expect(adapters.constructor).toBeUndefined()
    expect(nodes.toString).toEqual({})
  })

  it('tells a developer which schema cannot be compiled', () => {
    const loaded = loadValue({ version: 1, scenario: { name: 'shop' } })
    const schema = Type.Object({ a: Type.String({ format: 'colour' }) })
    const { findings } = checkSlices(loaded, { nodes: [{ name: 'paint', schema }], adapters: [] })
    expect(findings).toEqual([
      {
        code: 'CONFIG_INVALID',
        path: 'nodes.paint',
        message: expect.stringMatching(
          /^cannot be checked: the schema that it is defined with cannot be compiled \(unknown format "colour"/,
        ),
      },
    ])
  })
})
