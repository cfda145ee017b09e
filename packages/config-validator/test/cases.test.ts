import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { loadConfig } from '../src/index.js'
import { type ConfigFolder, configFolder } from './support/config-folder.js'

let folder: ConfigFolder

beforeAll(async () => {
  folder = await configFolder()
})

afterAll(() => folder.remove())

/** A configuration with processes; the lines are put under `execution_ipc`. */
function withIpc(...lines: readonly string[]): string {
  return [
    'version: 1',
    'scenario: { name: shop }',
    'runtime:',
    '  platform:',
    '    bootstrap: { mode: process_supervisor }',
    '    execution_ipc:',
    ...lines.map((line) => `      ${line}`),
  ].join('\n')
}

/** A configuration whose `process_groups` are the given text. */
function withGroups(groups: string): string {
  return `version: 1\nscenario: { name: shop }\nruntime:\n  platform:\n    process_groups: ${groups}\n`
}

/** A configuration with one interface. */
function withInterface(entry: string): string {
  return `version: 1\nscenario: { name: shop }\nruntime:\n  web:\n    interfaces: [${entry}]\n`
}

function one(place: string, message: string): string {
  return `CONFIG_INVALID: 1 mistake in app.yml\n  app.yml:${place} ${message}`
}

const ipc = 'runtime.platform.execution_ipc'
const groups = 'runtime.platform.process_groups'
const name = 'a name of letters, digits and single dots or dashes, such as pricing'

describe('execution_ipc', () => {
  it.each([
    ['udp_local', '7:18', '"udp_local"'],
    ['TCP_LOCAL', '7:18', '"TCP_LOCAL"'],
    ['[tcp_local]', '7:7', 'a list'],
  ])('CFG-IPC-01 refuses the transport %s with the path and what is allowed', async (transport, place, got) => {
    expect(await folder.refusalOf(withIpc(`transport: ${transport}`))).toBe(
      one(place, `${ipc}.transport must be one of tcp_local, zeromq_local, redis (got ${got})`),
    )
  })

  it('CFG-IPC-02 refuses an auth mode other than hmac', async () => {
    expect(await folder.refusalOf(withIpc('auth: { mode: token }'))).toBe(
      one('7:21', `${ipc}.auth.mode must be hmac (got "token")`),
    )
  })

  it.each([
    ['0', '0'],
    ['-1', '-1'],
    ['1.5', '1.5'],
    ['true', 'true'],
    ['"30"', '"30"; take away the quotes'],
    ['.nan', 'NaN'],
    ['.inf', 'Infinity'],
  ])('CFG-IPC-03 refuses ttl_seconds and max_payload_bytes of %s', async (value, got) => {
    expect(await folder.refusalOf(withIpc(`max_payload_bytes: ${value}`, `auth: { ttl_seconds: ${value} }`))).toBe(
      [
        'CONFIG_INVALID: 2 mistakes in app.yml',
        `  app.yml:7:26 ${ipc}.max_payload_bytes must be a whole number from 1 to 4294967295 (got ${got})`,
        `  app.yml:8:28 ${ipc}.auth.ttl_seconds must be a whole number from 1 to 3600 (got ${got})`,
      ].join('\n'),
    )
  })

  it.each([
    ['transprot: tcp_local', '7:7', `${ipc}.transprot is not a known key; did you mean transport?`],
    [
      'auth: { ttl: 30 }',
      '7:15',
      `${ipc}.auth.ttl is not a known key; known here: mode, ttl_seconds, nonce_cache_size, secret_mode, kdf, secret_env, secret_file`,
    ],
    [
      'auth: { kfd: none }',
      '7:15',
      `${ipc}.auth.kfd is not a known key; known here: mode, ttl_seconds, nonce_cache_size, secret_mode, kdf, secret_env, secret_file`,
    ],
    ['ttl_seconds: 30', '7:7', `${ipc}.ttl_seconds is not a known key here; it belongs under ${ipc}.auth`],
  ])('CFG-IPC-04 names the unknown key in %j and what was meant', async (line, place, message) => {
    expect(await folder.refusalOf(withIpc(line))).toBe(one(place, message))
  })

  it.each(['0.0.0.0', 'localhost', '::1'])('CFG-IPC-05 refuses to bind to %s', async (host) => {
    expect(await folder.refusalOf(withIpc(`bind_host: "${host}"`))).toBe(
      one('7:18', `${ipc}.bind_host must be 127.0.0.1 (got "${host}")`),
    )
  })
})

describe('process_groups', () => {
  it.each([
    ['pricing', '5:21', `${groups} must be a list (got "pricing")`],
    ['{ name: pricing }', '5:5', `${groups} must be a list (got a mapping)`],
    ['[pricing]', '5:22', `${groups}[0] must be a mapping with name (got "pricing")`],
    ['[[pricing]]', '5:22', `${groups}[0] must be a mapping with name (got a list)`],
  ])('CFG-PROC-01 refuses %s, which is no list of mappings', async (value, place, message) => {
    expect(await folder.refusalOf(withGroups(value))).toBe(one(place, message))
  })

  it('CFG-PROC-02 refuses an empty name', async () => {
    expect(await folder.refusalOf(withGroups('[{ name: "" }]'))).toBe(
      one('5:30', `${groups}[0].name must be ${name} (got "")`),
    )
  })

  it('CFG-PROC-03 refuses a name that another group has', async () => {
    expect(await folder.refusalOf(withGroups('[{ name: a }, { name: b }, { name: a }]'))).toBe(
      one('5:56', `${groups}[2].name is taken by another group (got "a")`),
    )
  })

  it('CFG-PROC-04 refuses an unknown selector', async () => {
    expect(await folder.refusalOf(withGroups('[{ name: a, zones: [eu] }]'))).toBe(
      one('5:33', `${groups}[0].zones is not a known key; did you mean nodes?`),
    )
  })

  it.each([
    ['true', 'true'],
    ['0', '0'],
    ['1.5', '1.5'],
  ])('CFG-PROC-05 refuses %s workers', async (workers, got) => {
    expect(await folder.refusalOf(withGroups(`[{ name: a, workers: ${workers} }]`))).toBe(
      one('5:42', `${groups}[0].workers must be a whole number from 1 to 10000 (got ${got})`),
    )
  })
})

describe('web', () => {
  it('CFG-WEB-01 refuses an interface of the kind grpc', async () => {
    expect(await folder.refusalOf(withInterface('{ kind: grpc, path: /x }'))).toBe(
      one('5:26', 'runtime.web.interfaces[0].kind must be one of http, http_stream, websocket, graphql (got "grpc")'),
    )
  })

  it.each([
    ['quotes', '5:18', '[0] must be a mapping with kind (got "quotes")'],
    ['{ path: /x }', '5:18', '[0].kind is required; it must be one of http, http_stream, websocket, graphql'],
    ['{ kind: 5 }', '5:26', '[0].kind must be one of http, http_stream, websocket, graphql (got 5)'],
    [
      '{ kind: http, method: FETCH, path: /x, request: a, response: b }',
      '5:40',
      '[0].method must be one of GET, POST, PUT, PATCH, DELETE (got "FETCH")',
    ],
    [
      '{ kind: websocket, path: /x, request: a }',
      '5:18',
      '[0].response is required; it must be text that is not empty',
    ],
    [
      '{ kind: websocket, method: GET, path: /x, request: a, response: b }',
      '5:37',
      '[0].method is not a known key; known here: kind, name, path, request, response, binds, policies',
    ],
    [
      '{ kind: graphql, queries: { 1st: { request: a, response: b } } }',
      '5:46',
      '[0].queries["1st"] is no possible name: it must be of letters, digits and underscores, and not begin with a digit or with __',
    ],
    ['{ kind: graphql }', '5:18', '[0] has no field; add one to queries, mutations or subscriptions'],
  ])('CFG-WEB-02 refuses the malformed interface %s', async (entry, place, message) => {
    expect(await folder.refusalOf(withInterface(entry))).toBe(one(place, `runtime.web.interfaces${message}`))
  })

  it.each([
    [
      'cookie.n',
      'must be path.NAME, query.NAME, header.NAME, body, body.NAME, principal or principal.NAME (got "cookie.n")',
    ],
    [
      'path.id',
      'takes a part of the path that the path does not have; write :id into the path, or bind another (got "path.id")',
    ],
    ['body', 'takes from the body, which a GET has not; bind query.NAME (got "body")'],
  ])('CFG-WEB-03 refuses the bind %s', async (bind, message) => {
    const entry = `{ binds: { n: ${bind} }, kind: http, method: GET, path: /x, request: a, response: b }`
    expect(await folder.refusalOf(withInterface(entry))).toBe(
      one('5:32', `runtime.web.interfaces[0].binds.n ${message}`),
    )
  })
})

describe('the whole', () => {
  it('CFG-DEFAULT-01 accepts a file without processes and web, and fills every default in', async () => {
    await folder.write('app.yml', 'version: 1\nscenario: { name: shop }\n')
    const { config } = await loadConfig(['app.yml'], { cwd: folder.path })
    expect(config).toEqual({
      version: 1,
      scenario: { name: 'shop' },
      runtime: {
        discovery_modules: [],
        ordering: { sink_mode: 'source_seq' },
        max_in_flight: 1024,
        max_in_flight_bytes: 67_108_864,
        platform: {
          bootstrap: { mode: 'inline' },
          lifecycle: { graceful_timeout_seconds: 10 },
          restart_strategy: 'one_for_one',
          process_groups: [],
          routing_cache: { enabled: true, negative_cache: true, max_entries: 100_000 },
          kv: { backend: 'memory' },
          redis: { url: 'redis://127.0.0.1:6379', tls: false, key_prefix: 'millrace:shop' },
        },
        web: {
          group: 'web',
          server: { host: '127.0.0.1', port: 8080, http2: 'off', max_websockets: 10_000 },
          interfaces: [],
        },
        observability: {
          tracing: { exporters: [], sample_ratio: 1 },
          metrics: { exporters: [], interval_seconds: 10 },
          logging: { level: 'info', exporters: [], lifecycle_events: false },
          otlp: {
            endpoint: 'http://127.0.0.1:4318',
            protocol: 'http/protobuf',
            headers: {},
            timeout_seconds: 10,
          },
          jsonl: { path: 'telemetry.jsonl' },
          console: false,
        },
      },
      nodes: {},
      adapters: {},
      dead_letters: { backend: 'file', max_letters: 100_000 },
    })
  })

  it('CFG-DEFAULT-01 fills in the defaults of processes, groups and interfaces too', async () => {
    await folder.write(
      'app.yml',
      withIpc('transport: zeromq_local', '# the next keys belong one level up').concat(
        '\n    process_groups: [{ name: a, workers: 3, partition_by: sku }, { name: web }]',
        '\n  web: { interfaces: [{ kind: http_stream, path: /x, request: a, response: b }] }\n',
      ),
    )
    const { config } = await loadConfig(['app.yml'], { cwd: folder.path })
    expect(config.runtime.platform.execution_ipc).toEqual({
      transport: 'zeromq_local',
      bind_host: '127.0.0.1',
      bind_port: 0,
      max_payload_bytes: 1_048_576,
      auth: { mode: 'hmac', ttl_seconds: 30, nonce_cache_size: 100_000, secret_mode: 'generated', kdf: 'hkdf_sha256' },
    })
    expect(config.runtime.platform.process_groups[0]).toEqual({
      name: 'a',
      nodes: [],
      stages: [],
      tags: [],
      runners: [],
      workers: 3,
      partition_by: 'sku',
      partitions: 3,
      redeliver: 0,
      start_timeout_seconds: 30,
      stop_timeout_seconds: 30,
      heartbeat_seconds: 5,
      stall_timeout_seconds: 30,
      restart: { policy: 'on_failure', max_restarts: 5, period_seconds: 60, backoff_ms: 100, backoff_max_ms: 5000 },
    })
    expect(config.runtime.web.interfaces).toEqual([
      {
        kind: 'http_stream',
        name: 'POST /x',
        method: 'POST',
        path: '/x',
        request: 'a',
        response: 'b',
        binds: {},
        long_lines: 'refuse',
        policies: { timeout_ms: 30_000, request_size_bytes: 1_048_576 },
      },
    ])
  })

  it('CFG-MANY-01 lists five mistakes of one file, each with file, line and column', async () => {
    const yaml = [
      'version: 1',
      'scenario: { name: shop }',
      'runtime:',
      '  max_inflight: 5',
      '  platform:',
      '    kv: { backend: disk }',
      '    process_groups:',
      '      - name: a',
      '        workers: two',
      '      - name: a',
      'node: {}',
    ].join('\n')
    expect(await folder.refusalOf(yaml)).toBe(
      [
        'CONFIG_INVALID: 5 mistakes in app.yml',
        '  app.yml:4:3 runtime.max_inflight is not a known key; did you mean max_in_flight?',
        '  app.yml:6:20 runtime.platform.kv.backend must be one of memory, redis (got "disk")',
        '  app.yml:9:18 runtime.platform.process_groups[0].workers must be a whole number from 1 to 10000 (got "two")',
        '  app.yml:10:15 runtime.platform.process_groups[1].name is taken by another group (got "a")',
        '  app.yml:11:1 node is not a known key; did you mean nodes?',
      ].join('\n'),
    )
  })

  it('RUNTIME-SCHEMA-01 refuses an unknown key under runtime', async () => {
    expect(await folder.refusalOf('version: 1\nscenario: { name: shop }\nruntime: { max_in_fligth: 5 }\n')).toBe(
      one('3:12', 'runtime.max_in_fligth is not a known key; did you mean max_in_flight?'),
    )
  })
})

describe('bootstrap', () => {
  it('BOOT-CFG-01 refuses an unknown bootstrap mode', async () => {
    const yaml = 'version: 1\nscenario: { name: shop }\nruntime: { platform: { bootstrap: { mode: fork } } }\n'
    expect(await folder.refusalOf(yaml)).toBe(
      one('3:43', 'runtime.platform.bootstrap.mode must be one of inline, process_supervisor (got "fork")'),
    )
  })

  it('BOOT-CFG-02 refuses an unknown secret_mode, and does not show what may be a secret', async () => {
    expect(await folder.refusalOf(withIpc('auth: { secret_mode: hunter2 }'))).toBe(
      one('7:28', `${ipc}.auth.secret_mode must be one of static, generated`),
    )
  })

  it('BOOT-CFG-03 refuses an unknown kdf', async () => {
    expect(await folder.refusalOf(withIpc('auth: { kdf: scrypt }'))).toBe(
      one('7:20', `${ipc}.auth.kdf must be one of none, hkdf_sha256 (got "scrypt")`),
    )
  })

  it('BOOT-CFG-04 takes inline where no mode is given', async () => {
    await folder.write('app.yml', 'version: 1\nscenario: { name: shop }\n')
    const { config } = await loadConfig(['app.yml'], { cwd: folder.path })
    expect(config.runtime.platform.bootstrap.mode).toBe('inline')
  })

  it('BOOT-CFG-05 refuses process_supervisor without a process transport', async () => {
    const yaml =
      'version: 1\nscenario: { name: shop }\nruntime: { platform: { bootstrap: { mode: process_supervisor } } }\n'
    expect(await folder.refusalOf(yaml)).toBe(
      one(
        '3:43',
        'runtime.platform.bootstrap.mode needs a transport between its processes; add runtime.platform.execution_ipc with transport: tcp_local, or set the mode to inline',
      ),
    )
  })
})
