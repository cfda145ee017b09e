import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { loadConfig } from '../src/index.js'

const cwd = fileURLToPath(new URL('./fixtures/broken', import.meta.url))

/** Files, and the whole text of the error that they must give. */
const broken: readonly (readonly [files: readonly string[], lines: readonly string[]])[] = [
  [
    ['01-mistyped-key.yml'],
    [
      'CONFIG_INVALID: 1 mistake in 01-mistyped-key.yml',
      '  01-mistyped-key.yml:4:3 runtime.platfrom is not a known key; did you mean platform?',
    ],
  ],
  [
    ['02-key-at-the-wrong-place.yml'],
    [
      'CONFIG_INVALID: 1 mistake in 02-key-at-the-wrong-place.yml',
      '  02-key-at-the-wrong-place.yml:4:3 runtime.process_groups is not a known key here; it belongs under runtime.platform',
    ],
  ],
  [
    ['03-tab.yml'],
    ['CONFIG_UNREADABLE: the configuration cannot be read', '  03-tab.yml:3:1 is indented with a tab; use spaces'],
  ],
  [
    ['04-wrong-indent.yml'],
    [
      'CONFIG_UNREADABLE: the configuration cannot be read',
      '  04-wrong-indent.yml:5:18 has keys below or behind a value: look for a wrong indent here or on the next line, or quote a text that holds ": "',
    ],
  ],
  [
    ['05-number-in-quotes.yml'],
    [
      'CONFIG_INVALID: 3 mistakes in 05-number-in-quotes.yml',
      '  05-number-in-quotes.yml:1:10 version must be 1 (got "1"; take away the quotes)',
      '  05-number-in-quotes.yml:4:18 runtime.max_in_flight must be a whole number of at least 1 (got "100"; take away the quotes)',
      '  05-number-in-quotes.yml:6:31 runtime.platform.routing_cache.enabled must be true or false (got "true"; take away the quotes)',
    ],
  ],
  [
    ['06-key-twice.yml'],
    [
      'CONFIG_INVALID: 1 mistake in 06-key-twice.yml',
      '  06-key-twice.yml:6:3 runtime.discovery_modules stands here twice; keep one of them',
    ],
  ],
  [
    ['07-unknown-transport.yml'],
    [
      'CONFIG_INVALID: 1 mistake in 07-unknown-transport.yml',
      '  07-unknown-transport.yml:7:18 runtime.platform.execution_ipc.transport must be one of tcp_local, zeromq_local, redis (got "udp_local")',
    ],
  ],
  [
    ['08-inline-with-transport.yml'],
    [
      'CONFIG_INVALID: 1 mistake in 08-inline-with-transport.yml',
      '  08-inline-with-transport.yml:5:5 runtime.platform.execution_ipc has nothing to connect while runtime.platform.bootstrap.mode is inline; set that to process_supervisor, or take execution_ipc away to run in memory',
    ],
  ],
  [
    ['09-supervisor-without-transport.yml'],
    [
      'CONFIG_INVALID: 1 mistake in 09-supervisor-without-transport.yml',
      '  09-supervisor-without-transport.yml:5:24 runtime.platform.bootstrap.mode needs a transport between its processes; add runtime.platform.execution_ipc with transport: tcp_local, or set the mode to inline',
    ],
  ],
  [
    ['10-workers.yml'],
    [
      'CONFIG_INVALID: 3 mistakes in 10-workers.yml',
      '  10-workers.yml:6:49 runtime.platform.process_groups[0].workers must be a whole number from 1 to 10000 (got 0)',
      '  10-workers.yml:7:49 runtime.platform.process_groups[1].workers must be a whole number from 1 to 10000 (got 1.5)',
      '  10-workers.yml:8:49 runtime.platform.process_groups[2].workers must be a whole number from 1 to 10000 (got "yes")',
    ],
  ],
  [
    ['11-unknown-selector.yml'],
    [
      'CONFIG_INVALID: 1 mistake in 11-unknown-selector.yml',
      '  11-unknown-selector.yml:7:9 runtime.platform.process_groups[0].zones is not a known key; did you mean nodes?',
    ],
  ],
  [
    ['12-group-names.yml'],
    [
      'CONFIG_INVALID: 3 mistakes in 12-group-names.yml',
      '  12-group-names.yml:7:17 runtime.platform.process_groups[1].name is taken by another group (got "pricing")',
      '  12-group-names.yml:8:17 runtime.platform.process_groups[2].name must be a name of letters, digits and single dots or dashes, such as pricing (got "")',
      '  12-group-names.yml:9:9 runtime.platform.process_groups[3].name is required; it must be a name of letters, digits and single dots or dashes, such as pricing',
    ],
  ],
  [
    ['13-open-address.yml'],
    [
      'CONFIG_INVALID: 2 mistakes in 13-open-address.yml',
      '  13-open-address.yml:7:18 runtime.platform.execution_ipc.bind_host must be 127.0.0.1 (got "0.0.0.0")',
      '  13-open-address.yml:8:18 runtime.platform.execution_ipc.bind_port must be a whole number from 0 to 65535 (got 70000)',
    ],
  ],
  [
    ['14-literal-secret.yml'],
    [
      'CONFIG_INVALID: 3 mistakes in 14-literal-secret.yml',
      '  14-literal-secret.yml:9:9 runtime.platform.execution_ipc.auth.secret is not a known key: secrets never stand in a configuration; use secret_env or secret_file',
      '  14-literal-secret.yml:11:12 runtime.platform.redis.url must not hold a user or a password: secrets never stand in a configuration; use username and password_env, or url_env',
      '  14-literal-secret.yml:12:7 runtime.platform.redis.password is not a known key: secrets never stand in a configuration; use password_env',
    ],
  ],
  [
    ['15-static-without-secret.yml'],
    [
      'CONFIG_INVALID: 1 mistake in 15-static-without-secret.yml',
      '  15-static-without-secret.yml:7:7 runtime.platform.execution_ipc.auth has secret_mode: static and no secret; add secret_env or secret_file',
    ],
  ],
  [
    ['16-redis-with-generated-secret.yml'],
    [
      'CONFIG_INVALID: 1 mistake in 16-redis-with-generated-secret.yml',
      '  16-redis-with-generated-secret.yml:6:5 runtime.platform.execution_ipc.auth.secret_mode must be static where the transport is redis: what Redis holds outlives the processes; add secret_mode: static with secret_env or secret_file',
    ],
  ],
  [
    ['17-interfaces.yml'],
    [
      'CONFIG_INVALID: 5 mistakes in 17-interfaces.yml',
      '  17-interfaces.yml:6:15 runtime.web.interfaces[0].kind must be one of http, http_stream, websocket, graphql (got "grpc")',
      '  17-interfaces.yml:7:9 runtime.web.interfaces[1].method is required; it must be one of GET, POST, PUT, PATCH, DELETE',
      '  17-interfaces.yml:7:9 runtime.web.interfaces[1].response is required; it must be text that is not empty',
      '  17-interfaces.yml:8:15 runtime.web.interfaces[1].path must be a path that begins with /, without ?, # and %, and with * at its end only (got "quotes")',
      '  17-interfaces.yml:10:9 runtime.web.interfaces[2] has no field; add one to queries, mutations or subscriptions',
    ],
  ],
  [
    ['18-binds.yml'],
    [
      'CONFIG_INVALID: 3 mistakes in 18-binds.yml',
      '  18-binds.yml:12:16 runtime.web.interfaces[0].binds.sku takes a part of the path that the path does not have; write :code into the path, or bind another (got "path.code")',
      '  18-binds.yml:13:14 runtime.web.interfaces[0].binds.n must be path.NAME, query.NAME, header.NAME, body, body.NAME, principal or principal.NAME (got "cookie.n")',
      '  18-binds.yml:14:17 runtime.web.interfaces[0].binds.note takes from the body, which a GET has not; bind query.NAME (got "body.note")',
    ],
  ],
  [
    ['19-web-group.yml'],
    [
      'CONFIG_INVALID: 1 mistake in 19-web-group.yml',
      '  19-web-group.yml:9:3 runtime.web.group names no process group (got "web"); did you mean webs?',
    ],
  ],
  [
    ['20-base.yml', '20-overlay.yml'],
    [
      'CONFIG_INVALID: 2 mistakes in 20-base.yml, 20-overlay.yml',
      '  20-overlay.yml:2:18 runtime.max_in_flight must be a whole number of at least 1 (got "many")',
      '  20-overlay.yml:4:21 runtime.platform.process_groups must be a list (got "pricing")',
    ],
  ],
  [
    ['21-nothing-below-a-key.yml'],
    [
      'CONFIG_INVALID: 2 mistakes in 21-nothing-below-a-key.yml',
      '  21-nothing-below-a-key.yml:3:1 runtime must be a mapping (got nothing; give it a value, or take the key away)',
      '  21-nothing-below-a-key.yml:5:1 nodes must be a mapping (got nothing; give it a value, or take the key away)',
    ],
  ],
  [
    ['22-missing-parts.yml'],
    [
      'CONFIG_INVALID: 2 mistakes in 22-missing-parts.yml',
      '  22-missing-parts.yml:1:1 version is required; it must be 1',
      '  22-missing-parts.yml:1:1 scenario is required; it must be a mapping with name',
    ],
  ],
  [
    ['23-minutes-for-seconds.yml'],
    [
      'CONFIG_INVALID: 4 mistakes in 23-minutes-for-seconds.yml',
      '  23-minutes-for-seconds.yml:5:44 runtime.platform.lifecycle.graceful_timeout_seconds must be a number above 0 and at most 86400 (got "10s")',
      '  23-minutes-for-seconds.yml:8:28 runtime.platform.execution_ipc.auth.ttl_seconds must be a whole number from 1 to 3600 (got 86400)',
      '  23-minutes-for-seconds.yml:10:9 runtime.platform.process_groups[0].stall_timeout_seconds must be longer than heartbeat_seconds, or every worker is taken for stalled (got 30, and a heartbeat every 60)',
      '  23-minutes-for-seconds.yml:13:9 runtime.platform.process_groups[0].partitions needs partition_by, the payload field whose values are spread over them',
    ],
  ],
  [
    ['24-list-for-mapping.yml'],
    [
      'CONFIG_INVALID: 1 mistake in 24-list-for-mapping.yml',
      '  24-list-for-mapping.yml:1:1 the configuration must be a mapping with version, scenario (got a list)',
    ],
  ],
  [
    ['25-secret-variable-not-set.yml'],
    [
      'CONFIG_INVALID: 2 mistakes in 25-secret-variable-not-set.yml',
      '  25-secret-variable-not-set.yml:8:48 SEC_SECRET_INVALID: runtime.platform.execution_ipc.auth.secret_env names an environment variable that is not set; set it to at least 32 bytes',
      '  25-secret-variable-not-set.yml:9:28 runtime.platform.redis.password_env names an environment variable that is not set; set it',
    ],
  ],
  [
    ['99-not-there.yml'],
    [
      'CONFIG_UNREADABLE: the configuration cannot be read',
      '  99-not-there.yml does not exist; check the path, which starts at the folder the command runs in',
    ],
  ],
]

async function refusalOf(files: readonly string[]): Promise<unknown> {
  return loadConfig(files, { cwd, env: {} }).then(
    () => 'no error at all',
    (error: unknown) => (error instanceof Error ? error.message : error),
  )
}

describe('A broken configuration says what to do', () => {
  it.each(broken)('%j', async (files, lines) => {
    expect(await refusalOf(files)).toBe(lines.join('\n'))
  })
})
