import { describe, expect, it } from '@jest/globals'
import { validateConfig } from '../src/index.js'

/** What is wrong with a configuration, line by line; nothing where it is sound. */
function findings(runtime: object): readonly string[] {
  try {
    validateConfig({ version: 1, scenario: { name: 'shop' }, runtime })
    return []
  } catch (error) {
    return error instanceof Error ? error.message.split('\n  ').slice(1) : [String(error)]
  }
}

const supervised = { bootstrap: { mode: 'process_supervisor' }, execution_ipc: {} }
const socket = { kind: 'websocket', path: '/live', request: 'a', response: 'b' }
const unbound =
  'must be query.NAME, header.NAME, principal or principal.NAME: a WebSocket has its handshake once, whose path has no parts, and each message is a body'
const http = { kind: 'http', method: 'GET', path: '/x', request: 'a', response: 'b' }

describe('Rules between keys', () => {
  it.each<[string, object, readonly string[]]>([
    [
      'a fixed port for several workers',
      { platform: { ...supervised, execution_ipc: { bind_port: 7000 }, process_groups: [{ name: 'a', workers: 2 }] } },
      [
        'runtime.platform.execution_ipc.bind_port must be 0 where there are several workers: 2 cannot listen on one port (got 7000)',
      ],
    ],
    [
      'a fixed port for one worker',
      { platform: { ...supervised, execution_ipc: { bind_port: 7000 }, process_groups: [{ name: 'a' }] } },
      [],
    ],
    [
      'fewer partitions than workers',
      { platform: { process_groups: [{ name: 'a', workers: 4, partition_by: 'sku', partitions: 3 }] } },
      [
        'runtime.platform.process_groups[0].partitions must be at least as many as workers, or a worker has none (got 3, and 4 workers)',
      ],
    ],
    [
      'more partitions than workers',
      { platform: { process_groups: [{ name: 'a', workers: 4, partition_by: 'sku', partitions: 64 }] } },
      [],
    ],
    [
      'a backoff that shrinks',
      { platform: { process_groups: [{ name: 'a', restart: { backoff_ms: 9000 } }] } },
      [
        'runtime.platform.process_groups[0].restart.backoff_max_ms must not be below backoff_ms (got 5000, and backoff_ms 9000)',
      ],
    ],
    [
      'a backoff that no timer waits for',
      { platform: { process_groups: [{ name: 'a', restart: { backoff_ms: 3e9, backoff_max_ms: 3e9 } }] } },
      [
        'runtime.platform.process_groups[0].restart.backoff_ms must be a whole number from 0 to 86400000 (got 3000000000)',
        'runtime.platform.process_groups[0].restart.backoff_max_ms must be a whole number from 0 to 86400000 (got 3000000000)',
      ],
    ],
    [
      'frames whose length no frame can say',
      { platform: { ...supervised, execution_ipc: { max_payload_bytes: 4_294_967_296 } } },
      ['runtime.platform.execution_ipc.max_payload_bytes must be a whole number from 1 to 4294967295 (got 4294967296)'],
    ],
    [
      'more workers than any machine has room for',
      { platform: { process_groups: [{ name: 'a', workers: 9_007_199_254_740_991 }] } },
      ['runtime.platform.process_groups[0].workers must be a whole number from 1 to 10000 (got 9007199254740991)'],
    ],
    [
      'a Redis that cannot be used',
      { platform: { redis: { url: 'redis://db/shop', key_prefix: 'a}b' } } },
      [
        'runtime.platform.redis.url must be redis://host:port/database or rediss://host:port/database (got "redis://db/shop")',
        'runtime.platform.redis.key_prefix must be text without braces: all keys stand between braces, which keeps them on one server (got "a}b")',
      ],
    ],
    [
      'two URLs of Redis',
      { platform: { redis: { url: 'redis://db:6379', url_env: 'REDIS_URL' } } },
      ['runtime.platform.redis.url_env stands beside url; keep one of them'],
    ],
    [
      'a web group with several workers',
      { platform: { ...supervised, process_groups: [{ name: 'web', workers: 2 }] }, web: { interfaces: [http] } },
      ['runtime.platform.process_groups[0].workers must be 1 in the group that serves the web (got 2)'],
    ],
    [
      'a web group that is nothing like any group',
      { platform: { ...supervised, process_groups: [{ name: 'pricing' }] }, web: { interfaces: [http] } },
      ['runtime.web.group names no process group (got "web"); add a process group of this name, or name another'],
    ],
    ['a web group that nobody needs', { platform: { ...supervised, process_groups: [{ name: 'pricing' }] } }, []],
    [
      'HTTP/2 over TLS without a certificate',
      { web: { server: { http2: 'tls' } } },
      ['runtime.web.server.http2 is tls and there is no certificate; add tls with key_file and cert_file'],
    ],
    [
      'a certificate for cleartext',
      { web: { server: { http2: 'h2c', tls: { key_file: 'k', cert_file: 'c' } } } },
      [
        'runtime.web.server.tls is not used while http2 is h2c, which does not encrypt; set http2 to tls, or take tls away',
      ],
    ],
    ['HTTPS without HTTP/2', { web: { server: { tls: { key_file: 'k', cert_file: 'c' } } } }, []],
    [
      'half a certificate',
      { web: { server: { http2: 'tls', tls: { key_file: 'k' } } } },
      ['runtime.web.server.tls.cert_file is required; it must be text that is not empty'],
    ],
    [
      'cookies for everybody',
      { web: { cors: { origins: ['*'], credentials: true } } },
      [
        'runtime.web.cors.credentials cannot be true together with the origin *, which browsers refuse; name the origins',
      ],
    ],
    [
      'origins that no browser sends',
      { web: { cors: { origins: ['https://shop.example/', 'https://app.example', 'HTTP://LOCAL:80'] } } },
      [
        'runtime.web.cors.origins[0] is no origin that a browser sends, so it would allow no page (got "https://shop.example/"); write https://shop.example',
        'runtime.web.cors.origins[2] is no origin that a browser sends, so it would allow no page (got "HTTP://LOCAL:80"); write http://local',
      ],
    ],
    [
      'two interfaces on one route',
      {
        web: {
          interfaces: [
            { ...http, path: '/a/:b' },
            { ...http, path: '/a/:c' },
          ],
        },
      },
      ['runtime.web.interfaces[1].path is taken: runtime.web.interfaces[0] already answers "GET /a/:"'],
    ],
    [
      'two parts of one name',
      {
        web: {
          interfaces: [
            { ...http, method: 'GET', path: '/a/:sku/b/:sku' },
            { ...http, method: 'GET', path: '/::x/::x' },
          ],
        },
      },
      [
        'runtime.web.interfaces[0].path has ":sku" twice, and the first of them would be lost; call one of them something else',
      ],
    ],
    [
      'a WebSocket where GraphQL is',
      {
        web: {
          interfaces: [
            { kind: 'graphql', subscriptions: { ticks: { request: 'a', response: 'b' } } },
            { kind: 'websocket', path: '/graphql', request: 'a', response: 'b' },
          ],
        },
      },
      ['runtime.web.interfaces[1].path is taken: runtime.web.interfaces[0] already answers "GET /graphql"'],
    ],
    ['two methods on one path', { web: { interfaces: [http, { ...http, method: 'POST' }] } }, []],
    [
      'two interfaces of one name',
      {
        web: {
          interfaces: [
            { ...http, name: 'x' },
            { ...http, name: 'x', path: '/y' },
          ],
        },
      },
      ['runtime.web.interfaces[1].name is taken by another interface (got "x")'],
    ],
    [
      'paths that the server cannot answer, or that nobody can ask for',
      { web: { interfaces: ['/a*b', '/a?b', '/a#b', '/a%20b'].map((path) => ({ ...http, path })) } },
      ['/a*b', '/a?b', '/a#b', '/a%20b'].map(
        (path, index) =>
          `runtime.web.interfaces[${index}].path must be a path that begins with /, without ?, # and %, and with * at its end only (got "${path}")`,
      ),
    ],
    ['paths of any letters', { web: { interfaces: ['/a b', '/ü', '/a/*'].map((path) => ({ ...http, path })) } }, []],
    [
      'a name that GraphQL keeps for itself',
      { web: { interfaces: [{ kind: 'graphql', queries: { __type: { request: 'a', response: 'b' } } }] } },
      [
        'runtime.web.interfaces[0].queries.__type is no possible name: it must be of letters, digits and underscores, and not begin with a digit or with __',
      ],
    ],
    [
      'a path of the server itself',
      { web: { interfaces: [{ ...http, path: '/metrics' }] } },
      [
        'runtime.web.interfaces[0].path is answered by the server itself, as are /health/live, /health/ready, /metrics; choose another (got "/metrics")',
      ],
    ],
    ['a WebSocket with binds', { web: { interfaces: [{ ...socket, binds: { a: 'principal', b: 'query.b' } }] } }, []],
    [
      'a WebSocket that binds what it has not',
      { web: { interfaces: [{ ...socket, binds: { a: 'path.a', b: 'body.b', c: 'body', d: 'header.d' } }] } },
      [
        `runtime.web.interfaces[0].binds.a ${unbound} (got "path.a")`,
        `runtime.web.interfaces[0].binds.b ${unbound} (got "body.b")`,
        `runtime.web.interfaces[0].binds.c ${unbound} (got "body")`,
      ],
    ],
    ['a WebSocket path with a colon', { web: { interfaces: [{ ...socket, path: '/a/b:c' }] } }, []],
    [
      'a WebSocket path with parts',
      { web: { interfaces: [{ ...socket, path: '/a/:b' }] } },
      [
        'runtime.web.interfaces[0].path must be a path that begins with / and has no ? or #, and no :part, as the messages of a WebSocket are not of its path; bind query.NAME instead (got "/a/:b")',
      ],
    ],
    ['a bind to a part of the path', { web: { interfaces: [{ ...http, path: '/a/:b', binds: { c: 'path.b' } }] } }, []],
  ])('%s', (_, runtime, expected) => {
    expect(findings(runtime)).toEqual(expected)
  })

  it('speak of the sound parts of a configuration whose other parts are broken', () => {
    expect(
      findings({ max_in_flight: 'many', platform: { ...supervised, process_groups: 'x', execution_ipc: undefined } }),
    ).toEqual([
      'runtime.max_in_flight must be a whole number of at least 1 (got "many")',
      'runtime.platform.process_groups must be a list (got "x")',
      'runtime.platform.bootstrap.mode needs a transport between its processes; add runtime.platform.execution_ipc with transport: tcp_local, or set the mode to inline',
    ])
  })
})
