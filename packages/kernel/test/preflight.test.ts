import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  createRuntime,
  defineBytes,
  defineMessage,
  defineNode,
  defineService,
  defineSink,
  defineSource,
  type MillraceError,
  preflight,
  Type,
  token,
  transportToken,
} from '../src/index.js'
import { Done, Item, Price, Quote, Step } from './shop.js'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-preflight-'))
})

afterAll(() => rm(folder, { recursive: true }))

const step = (name: string, handle: () => undefined = () => undefined) => defineNode({ name, consumes: Step, handle })
const price = defineNode({ name: 'price', consumes: Quote, emits: [Price], handle: () => Price.of({ cents: 1 }) })

describe('preflight', () => {
  it('GATE-01 finds everything that is wrong with an application at once, before anything runs', async () => {
    const Rates = token<number>('shop.rates')
    let ran = false
    const source = defineSource({
      name: 'numbers',
      emits: [Step],
      read: () => {
        ran = true
        return []
      },
    })
    const needy = defineNode({
      name: 'needy',
      consumes: Step,
      emits: [Done],
      inject: { rates: Rates },
      handle: () => undefined,
    })
    const wrong = createRuntime({ nodes: [source, needy, needy], overlay: { adapters: { nmbers: {} } } })
    await expect(wrong).rejects.toMatchObject({
      code: 'GRAPH_NO_PROVIDER',
      facts: {
        findings: [
          "GRAPH_NO_PROVIDER: node 'needy' consumes 'shop.step', which nothing active emits: source 'numbers' emits it but adapters.numbers does not configure it",
          "GRAPH_NO_CONSUMER: node 'needy' emits 'shop.done', which nothing active consumes; add a node or a sink that consumes it, or define it with { reply: true } if it answers a request",
          'CONFIG_INVALID: adapters.nmbers names no source or sink that discovery has found; did you mean numbers?',
          expect.stringContaining('DI_MISSING'),
        ],
      },
    })
    expect(ran).toBe(false)
  })

  it('places findings about process groups in the file they come from', async () => {
    const file = join(folder, 'groups.yml')
    await writeFile(
      file,
      [
        'version: 1',
        'scenario: { name: shop }',
        'runtime:',
        '  platform:',
        '    process_groups:',
        '      - name: web',
        '        nodes: [prise]',
      ].join('\n'),
    )
    const error = await preflight({ config: file, nodes: [price], embedded: true }).catch(
      (thrown: MillraceError) => thrown,
    )
    expect(error).toMatchObject({ code: 'PLACEMENT_UNKNOWN_NODE' })
    expect((error as MillraceError).message).toContain(`groups.yml:7:17 PLACEMENT_UNKNOWN_NODE: `)
    expect((error as MillraceError).message).toContain("did you mean 'price'?")
  })

  it('places findings about interfaces in the file they come from, and says what was probably meant', async () => {
    const file = join(folder, 'interfaces.yml')
    await writeFile(
      file,
      [
        'version: 1',
        'scenario: { name: shop }',
        'runtime:',
        '  web:',
        '    interfaces:',
        '      - { kind: http, method: POST, path: /quotes, request: shop.qoute, response: shop.price }',
        '      - kind: graphql',
        '        queries: { price: { request: shop.quote, response: shop.prise } }',
        '      - kind: http',
        '        method: GET',
        '        path: /quotes/:item/:count',
        '        request: shop.quote',
        '        response: shop.price',
        '        binds: { n: path.count, skew: query.sku }',
      ].join('\n'),
    )
    const error = await preflight({ config: file, nodes: [price], packages: false }).catch(
      (thrown: MillraceError) => thrown.message,
    )
    expect(error).toContain(
      "interfaces.yml:6:61 GRAPH_NO_CONSUMER: an interface requests 'shop.qoute', which no active node consumes; did you mean 'shop.quote'?",
    )
    expect(error).toContain(
      "interfaces.yml:8:60 GRAPH_NO_PROVIDER: an interface replies with 'shop.prise', which no active node emits; did you mean 'shop.price'?",
    )
    expect(error).toContain(
      "interfaces.yml:11:15 CONFIG_INVALID: the path has a part :item, and 'shop.quote' has no such field; name a field, or bind one to path.item",
    )
    expect(error).toContain(
      "interfaces.yml:14:39 CONFIG_INVALID: binds sets skew, and 'shop.quote' has no such field (did you mean sku?)",
    )
  })

  it.each([
    [
      'process groups',
      { bootstrap: { mode: 'process_supervisor' }, execution_ipc: { transport: 'tcp_local' } },
      '@millrace/supervisor',
      'process_supervisor',
    ],
    ['a Redis state store', { kv: { backend: 'redis' } }, '@millrace/transport-redis', 'kv.backend redis'],
  ])('says which package %s need, and how to install it', async (_what, platform, name, what) => {
    const groups = 'execution_ipc' in platform ? { process_groups: [{ name: 'all', nodes: ['price'] }] } : {}
    const missing = preflight({
      nodes: [price],
      embedded: true,
      overlay: { runtime: { platform: { ...platform, ...groups } } },
    })
    await expect(missing).rejects.toMatchObject({ code: 'PACKAGE_MISSING' })
    await expect(missing).rejects.toThrow(`${what} needs ${name}; run: npm install ${name}`)
  })

  it('says which package dead letters in Redis need', async () => {
    const missing = preflight({ nodes: [price], embedded: true, overlay: { dead_letters: { backend: 'redis' } } })
    await expect(missing).rejects.toThrow(
      'PACKAGE_MISSING: dead_letters.backend redis needs @millrace/transport-redis; run: npm install @millrace/transport-redis',
    )
  })

  it('finds schemas that cannot be used, where it is asked to', async () => {
    const Odd = defineMessage('shop.odd', Type.String({ format: 'no-such-format' }))
    const odd = defineNode({ name: 'odd', consumes: Odd, handle: () => undefined })
    const wrong = preflight({ nodes: [odd], embedded: true, schemas: true })
    await expect(wrong).rejects.toThrow("CONFIG_INVALID: message type 'shop.odd' has a schema that cannot be used: ")
  })

  it('refuses an interface whose answer is no reply type', async () => {
    const relay = defineNode({ name: 'relay', consumes: Quote, emits: [Step], handle: () => undefined })
    const interfaces = [{ kind: 'http', method: 'POST', path: '/quote', request: 'shop.quote', response: 'shop.step' }]
    const wrong = preflight({
      nodes: [relay, step('end')],
      overlay: { runtime: { web: { interfaces } } },
      packages: false,
    })
    await expect(wrong).rejects.toThrow(
      "CONFIG_INVALID: an interface replies with 'shop.step', which is no reply type; define it with { reply: true }",
    )
  })

  it.each([
    ['shop.quote', 1000, "[0].long_lines must be refuse: 'shop.quote' is no byte type, and JSON that is cut is none"],
    [
      'shop.scan',
      1_048_576,
      '[0].policies.request_size_bytes must be below max_payload_bytes (1048576), since a line that is cut has one byte more',
    ],
  ])('refuses to cut lines of %s at %i bytes', async (request, bytes, why) => {
    const scan = defineNode({
      name: 'scan',
      consumes: defineBytes('shop.scan'),
      emits: [Price],
      handle: () => undefined,
    })
    const policies = { request_size_bytes: bytes }
    const face = { kind: 'http_stream', path: '/', request, response: 'shop.price', long_lines: 'cut', policies }
    const wrong = preflight({
      nodes: [scan, price],
      overlay: { runtime: { web: { interfaces: [face] } } },
      packages: false,
    })
    await expect(wrong).rejects.toThrow(`CONFIG_INVALID: runtime.web.interfaces${why}`)
  })

  it('refuses frames that have no room for what workers say to each other', async () => {
    const execution_ipc = { max_payload_bytes: 1023 }
    const platform = { bootstrap: { mode: 'process_supervisor' }, execution_ipc }
    const wrong = preflight({ nodes: [price], embedded: true, overlay: { runtime: { platform } }, packages: false })
    await expect(wrong).rejects.toThrow(
      'CONFIG_INVALID: runtime.platform.execution_ipc.max_payload_bytes must be at least 1024, since what workers say to each other takes as much (got 1023)',
    )
  })

  it('knows the types that a node requests as entries, also where nothing embeds the runtime', async () => {
    const asker = defineNode({
      name: 'asker',
      consumes: Step,
      requests: [Quote],
      handle: async (_step, { request }) => void (await request(Quote, { sku: 'a', n: 1 }, { expect: Price })),
    })
    const source = defineSource({ name: 'numbers', emits: [Step], read: () => [Step.of({ n: 1 })] })
    const checked = await preflight({ nodes: [source, asker, price], overlay: { adapters: { numbers: {} } } })
    expect(checked.graph.types.filter(({ entry }) => entry).map(({ name }) => name)).toEqual(['shop.quote'])
  })
})

describe('createRuntime', () => {
  const whatever = createRuntime as (application: unknown) => Promise<unknown> // as a module in JavaScript may call it

  it.each([
    [undefined, 'createRuntime needs the name of a configuration file, several of them, a configuration, or options'],
    [null, 'createRuntime needs the name of a configuration file, several of them, a configuration, or options'],
    [{ node: [] }, "createRuntime has no option 'node'; did you mean 'nodes'?"],
    [
      { scenario: { name: 'shop' } },
      "createRuntime has no option 'scenario'; a configuration has version: 1 beside it",
    ],
    [{ nodes: 3 }, 'The option nodes has number where a list belongs; put it between [ and ]'],
    [
      { nodes: [undefined] },
      'The option nodes has something that is no part (got undefined); give what defineNode, defineSource, defineSink, defineService or defineModule returns; modules that import each other see undefined',
    ],
  ])('refuses %j', async (application, message) => {
    await expect(whatever(application)).rejects.toThrow(new TypeError(message))
  })
})

describe('transport', () => {
  it('IPC-INT-09 resolves from the container in memory', async () => {
    const profiles: string[] = []
    const Probe = token<string>('test.probe')
    const probe = defineService(Probe, {
      inject: { transport: transportToken },
      create: ({ transport }) => transport.profile,
    })
    const look = defineNode({
      name: 'look',
      consumes: Quote,
      emits: [Price],
      inject: { probe: Probe, transport: transportToken },
      handle: (_quote, { probe: profile, transport }) => {
        profiles.push(profile, transport.profile)
        return Price.of({ cents: 1 })
      },
    })
    const app = await createRuntime({ nodes: [probe, look] })
    await app.start()
    await app.request(Quote, { sku: 'a', n: 1 }, { expect: Price })
    await app.stop()
    expect(profiles).toEqual(['memory', 'memory'])
  })

  it('IPC-INT-12 without execution_ipc everything runs in memory, in this process', async () => {
    const pid = defineNode({ name: 'pid', consumes: Quote, emits: [Item], handle: () => Item.of({ i: process.pid }) })
    const one = await createRuntime({ nodes: [pid] })
    await one.start()
    expect(one.summary).toMatchObject({ profile: 'memory', mode: 'inline', transport: null })
    expect(await one.request(Quote, { sku: 'a', n: 1 }, { expect: Item })).toEqual({ i: process.pid })
    await one.stop()
  })
})

describe('dead letters', () => {
  it('get one line for each message that its node could not handle, with reason, position, trace and payload', async () => {
    const file = join(folder, 'dead.ndjson')
    const picky = defineNode({
      name: 'picky',
      consumes: Step,
      emits: [Done],
      onError: 'dead_letter',
      handle: ({ n }) => {
        if (n === 1) throw new Error('not one')
        return Done.of({ n })
      },
    })
    const written: number[] = []
    const source = defineSource({ name: 'numbers', emits: [Step], read: () => [[0, 1, 2].map((n) => Step.of({ n }))] })
    const sink = defineSink({ name: 'book', consumes: Done, open: () => ({ write: ({ n }) => void written.push(n) }) })
    const app = await createRuntime({
      nodes: [source, picky, sink],
      overlay: { adapters: { numbers: {}, book: {} }, dead_letters: { path: file } },
    })
    const { counters } = await app.run()
    expect([written, counters.givenUp.deadLettered]).toEqual([[0, 2], 1])
    const [letter, ...rest] = (await readFile(file, 'utf8')).trimEnd().split('\n')
    expect(rest).toEqual([])
    expect(JSON.parse(letter ?? '')).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      node: 'picky',
      code: 'NODE_FAILED',
      reason: 'not one',
      type: 'shop.step',
      position: [1, 0],
      trace: expect.stringMatching(/^[0-9a-f]{32}$/),
      payload: { n: 1 },
    })
  })
})

describe('services', () => {
  it('start before any node is given work, and close after the sinks, in the reverse order', async () => {
    const log: string[] = []
    const First = token<string>('test.first')
    const Second = token<string>('test.second')
    const service = (name: string, of: typeof First, inject: Record<string, typeof First> = {}) =>
      defineService(of, {
        inject,
        create: () => `${log.push(`start ${name}`)}`,
        close: () => void log.push(`close ${name}`),
      })
    const source = defineSource({ name: 'numbers', emits: [Step], read: () => [Step.of({ n: 1 })] })
    const sink = defineSink({
      name: 'book',
      consumes: Step,
      open: () => {
        log.push('open sink')
        return { write: () => void log.push('work'), close: () => void log.push('close sink') }
      },
    })
    const app = await createRuntime({
      nodes: [service('second', Second, { first: First }), service('first', First), source, sink],
      overlay: { adapters: { numbers: {}, book: {} } },
    })
    await app.run()
    expect(log).toEqual([
      'start first',
      'start second',
      'open sink',
      'work',
      'close sink',
      'close second',
      'close first',
    ])
  })
})
