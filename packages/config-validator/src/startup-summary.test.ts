import { describe, expect, it } from '@jest/globals'
import type { Plan } from '@millrace/contracts'
import { formatSummary } from './format-summary.js'
import { validateConfig } from './load-config.js'
import { startupSummary } from './startup-summary.js'

const labels = { stage: undefined, tags: [], runner: 'io', ordered: false, state: [] } as const
const graph: Plan['graph'] = {
  nodes: [
    { ...labels, name: 'parse', kind: 'source', consumes: [], emits: [0] },
    { ...labels, name: 'price', kind: 'handler', consumes: [0], emits: [1] },
    { ...labels, name: 'audit', kind: 'sink', consumes: [1], emits: [] },
  ],
  types: [
    { name: 'shop.quote', reply: false, encoding: 'json', fields: ['sku'], entry: true },
    { name: 'shop.price', reply: true, encoding: 'json', fields: ['cents'], entry: false },
  ],
  edges: [
    { from: 0, to: 1, type: 0 },
    { from: 1, to: 2, type: 1 },
  ],
}
const alone = { partitionBy: undefined, partitions: 1, redeliver: 0 }

const memoryPlan: Plan = {
  profile: 'memory',
  graph,
  groups: [{ ...alone, name: 'app', nodes: [0, 1, 2], slots: ['app#1'] }],
  groupOf: [0, 0, 0],
  hops: [],
  hash: '0'.repeat(64),
}

const tcpPlan: Plan = {
  profile: 'tcp_local',
  graph,
  groups: [
    { ...alone, name: 'web', nodes: [0, 2], slots: ['web#1'] },
    { ...alone, name: 'pricing', nodes: [1], slots: ['pricing#1', 'pricing#2'], partitions: 2 },
  ],
  groupOf: [0, 1, 0],
  hops: [
    { edge: 0, fromGroup: 0, toGroup: 1, choose: 'load' },
    { edge: 1, fromGroup: 1, toGroup: 0, choose: 'single' },
  ],
  hash: '0'.repeat(64),
}

const memory = validateConfig({ version: 1, scenario: { name: 'shop' } })

function tcp(auth: object) {
  return validateConfig({
    version: 1,
    scenario: { name: 'shop' },
    runtime: {
      platform: {
        bootstrap: { mode: 'process_supervisor' },
        execution_ipc: { auth },
        process_groups: [
          { name: 'web', stages: ['web'] },
          { name: 'pricing', nodes: ['price'], workers: 2 },
        ],
      },
      web: {
        server: { port: 8443, http2: 'tls', tls: { key_file: 'shop.key', cert_file: 'shop.pem' } },
        interfaces: [
          { kind: 'http', method: 'POST', path: '/quotes', request: 'shop.quote', response: 'shop.price' },
          { kind: 'websocket', path: '/live', request: 'shop.quote', response: 'shop.price' },
          {
            kind: 'graphql',
            queries: { quote: { request: 'shop.quote', response: 'shop.price' } },
            subscriptions: { prices: { request: 'shop.quote', response: 'shop.price' } },
          },
        ],
      },
      observability: { metrics: { exporters: ['prometheus'] }, logging: { exporters: ['stdout', 'jsonl'] } },
    },
  })
}

describe('startupSummary', () => {
  it('BOOT-SUM-01 shows for memory that it is inline and has no transport', () => {
    const summary = startupSummary({ config: memory, plan: memoryPlan })
    expect(summary).toMatchObject({ profile: 'memory', mode: 'inline', transport: null })
    expect(formatSummary(summary)).toBe(
      [
        'scenario    shop',
        'profile     memory, inline',
        'transport   none: everything runs in this process',
        'state       memory',
        'groups      app × 1: parse, price, audit',
        'hops        none',
        'interfaces  none',
        'exporters   tracing off',
        '            metrics off',
        '            logging off',
        'console     off',
      ].join('\n'),
    )
  })

  it('BOOT-SUM-02 shows for tcp_local the normalised values', () => {
    expect(startupSummary({ config: tcp({}), plan: tcpPlan }).transport).toEqual({
      name: 'tcp_local',
      bindHost: '127.0.0.1',
      bindPort: 0,
      maxPayloadBytes: 1_048_576,
      auth: {
        mode: 'hmac',
        ttlSeconds: 30,
        nonceCacheSize: 100_000,
        kdf: 'hkdf_sha256',
        secretMode: 'generated',
        secret: 'generated for this run',
      },
    })
  })

  it.each([
    [{ secret_mode: 'static', secret_env: 'SHOP_SECRET' }, 'from env SHOP_SECRET'],
    [{ secret_mode: 'static', secret_file: '/run/secrets/shop' }, 'from file'],
  ])('BOOT-SUM-02 shows of the secret in %j only where it comes from', (auth, secret) => {
    const summary = startupSummary({ config: tcp(auth), plan: tcpPlan })
    expect(summary.transport?.auth.secret).toBe(secret)
    expect(formatSummary(summary)).toContain(`\n            secret: ${secret}\n`)
  })

  it.each([
    [{ url: 'rediss://redis.example:6380/1', key_prefix: 'shop' }, 'rediss://redis.example:6380/1', '{shop}'],
    [{ url_env: 'SHOP_REDIS' }, 'from env SHOP_REDIS', '{millrace:shop}'],
  ])('BOOT-SUM-02 shows where the Redis of %j is, without user and password', (redis, url, prefix) => {
    const execution_ipc = { transport: 'redis', auth: { secret_mode: 'static', secret_env: 'SHOP_SECRET' } }
    const config = validateConfig({
      version: 1,
      scenario: { name: 'shop' },
      runtime: { platform: { bootstrap: { mode: 'process_supervisor' }, execution_ipc, redis } },
    })
    expect(formatSummary(startupSummary({ config, plan: tcpPlan }))).toContain(
      `transport   redis at the server ${url}, keys begin with ${prefix}, frames up to 1048576 bytes`,
    )
  })

  it('GATE-02 shows profile, transport, groups, nodes, hops, interfaces and exporters as text', () => {
    expect(formatSummary(startupSummary({ config: tcp({}), plan: tcpPlan }))).toBe(
      [
        'scenario    shop',
        'profile     tcp_local, process_supervisor',
        'transport   tcp_local on 127.0.0.1, free ports, frames up to 1048576 bytes',
        '            signed with hmac, kdf hkdf_sha256, ttl 30 s, 100000 nonces',
        '            secret: generated for this run',
        'state       memory',
        'groups      web × 1: parse, audit (restart never, not on_failure: it has a source or a sink)',
        '            pricing × 2: price',
        'hops        parse → price: shop.quote (web → pricing, load)',
        '            price → audit: shop.price (pricing → web, single)',
        'interfaces  POST https://127.0.0.1:8443/quotes shop.quote → shop.price',
        '            websocket wss://127.0.0.1:8443/live shop.quote → shop.price',
        '            graphql https://127.0.0.1:8443/graphql',
        '              query quote: shop.quote → shop.price',
        '              subscription prices: shop.quote → shop.price',
        'exporters   tracing off',
        '            metrics prometheus',
        '            logging stdout, jsonl',
        'console     off',
      ].join('\n'),
    )
  })

  it('GATE-02 shows the same as JSON', () => {
    const summary: unknown = JSON.parse(JSON.stringify(startupSummary({ config: tcp({}), plan: tcpPlan })))
    expect(summary).toMatchObject({
      scenario: 'shop',
      profile: 'tcp_local',
      mode: 'process_supervisor',
      transport: { name: 'tcp_local' },
      stateBackend: 'memory',
      groups: [
        { name: 'web', workers: 1, nodes: ['parse', 'audit'], restart: 'never', restartConfigured: 'on_failure' },
        { name: 'pricing', workers: 2, nodes: ['price'], restart: 'on_failure' },
      ],
      hops: [
        { from: 'parse', to: 'price', type: 'shop.quote', fromGroup: 'web', toGroup: 'pricing', choose: 'load' },
        { from: 'price', to: 'audit', type: 'shop.price', fromGroup: 'pricing', toGroup: 'web', choose: 'single' },
      ],
      interfaces: [
        { kind: 'http', name: 'POST /quotes', method: 'POST', url: 'https://127.0.0.1:8443/quotes' },
        { kind: 'websocket', name: 'websocket /live', method: null, url: 'wss://127.0.0.1:8443/live' },
        { kind: 'graphql', name: 'graphql /graphql', method: null, url: 'https://127.0.0.1:8443/graphql' },
      ],
      exporters: { tracing: [], metrics: ['prometheus'], logging: ['stdout', 'jsonl'] },
      console: false,
    })
  })
})
