import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { checkMachine, loadConfig, readSecret } from '../src/index.js'
import { type ConfigFolder, configFolder } from './support/config-folder.js'

let folder: ConfigFolder

beforeAll(async () => {
  folder = await configFolder()
  await folder.write('short.key', 'k'.repeat(31))
  await folder.write('sound.key', 'k'.repeat(32))
  await folder.write('shared.key', 'k'.repeat(32))
  await chmod(join(folder.path, 'shared.key'), 0o640)
  await mkdir(join(folder.path, 'folder.key'))
})

afterAll(() => folder.remove())

function withAuth(auth: string, ipc = ''): string {
  return [
    'version: 1',
    'scenario: { name: shop }',
    'runtime:',
    '  platform:',
    '    bootstrap: { mode: process_supervisor }',
    `    execution_ipc: { auth: { ${auth} }${ipc} }`,
  ].join('\n')
}

const auth = 'runtime.platform.execution_ipc.auth'

describe('An insecure configuration does not start', () => {
  it.each([
    ['short.key', 'leads to a secret of 31 bytes; it must have at least 32'],
    ['shared.key', 'leads to a file that others may read or write (mode 0640); run chmod 600 on it'],
    ['no.key', 'leads to no file; a relative path starts at the folder of the first configuration file'],
    ['folder.key', 'leads to something that is not a file'],
  ])('GATE-01 refuses the secret file %s', async (file, message) => {
    expect(await folder.refusalOf(withAuth(`secret_mode: static, secret_file: ${file}`))).toBe(
      `CONFIG_INVALID: 1 mistake in app.yml\n  app.yml:6:64 SEC_SECRET_INVALID: ${auth}.secret_file ${message}`,
    )
  })

  it.each([
    ['SHORT', 'leads to a secret of 31 bytes; it must have at least 32'],
    ['MISSING', 'names an environment variable that is not set; set it to at least 32 bytes'],
  ])('GATE-01 refuses the secret variable %s', async (name, message) => {
    const env = { SHORT: 'k'.repeat(31) }
    expect(await folder.refusalOf(withAuth(`secret_mode: static, secret_env: ${name}`), { env })).toBe(
      `CONFIG_INVALID: 1 mistake in app.yml\n  app.yml:6:63 SEC_SECRET_INVALID: ${auth}.secret_env ${message}`,
    )
  })

  it('GATE-01 counts the bytes of a secret and not its letters', async () => {
    const env = { WIDE: 'ü'.repeat(16) }
    expect(await folder.refusalOf(withAuth('secret_mode: static, secret_env: WIDE'), { env })).toBe('sound')
  })

  it('GATE-01 lists everything that is insecure in one error', async () => {
    const yaml = withAuth(
      'secret_mode: static, secret_file: shared.key, ttl_seconds: 3601, key: hunter2',
      ', transport: redis, bind_host: 0.0.0.0, max_payload_bytes: 0',
    )
    expect(await folder.refusalOf(yaml)).toBe(
      [
        'CONFIG_INVALID: 5 mistakes in app.yml',
        `  app.yml:6:64 SEC_SECRET_INVALID: ${auth}.secret_file leads to a file that others may read or write (mode 0640); run chmod 600 on it`,
        `  app.yml:6:89 ${auth}.ttl_seconds must be a whole number from 1 to 3600 (got 3601)`,
        `  app.yml:6:95 ${auth}.key is not a known key: secrets never stand in a configuration; use secret_env or secret_file`,
        '  app.yml:6:140 runtime.platform.execution_ipc.bind_host must be 127.0.0.1 (got "0.0.0.0")',
        '  app.yml:6:168 runtime.platform.execution_ipc.max_payload_bytes must be a whole number from 1 to 4294967295 (got 0)',
      ].join('\n'),
    )
  })

  it('GATE-01 refuses redis with a generated secret', async () => {
    expect(await folder.refusalOf(withAuth('secret_mode: generated', ', transport: redis'))).toBe(
      `CONFIG_INVALID: 1 mistake in app.yml\n  app.yml:6:43 ${auth}.secret_mode must be static where the transport is redis: what Redis holds outlives the processes; add secret_mode: static with secret_env or secret_file`,
    )
  })

  it('GATE-01 refuses two secrets, and a secret that is not used', async () => {
    expect(await folder.refusalOf(withAuth('secret_mode: static, secret_env: A, secret_file: sound.key'))).toBe(
      `CONFIG_INVALID: 1 mistake in app.yml\n  app.yml:6:66 ${auth}.secret_file stands beside secret_env; keep one of them`,
    )
    expect(await folder.refusalOf(withAuth('secret_file: sound.key'))).toBe(
      `CONFIG_INVALID: 1 mistake in app.yml\n  app.yml:6:30 ${auth}.secret_file is not used while secret_mode is generated; add secret_mode: static`,
    )
  })

  it.each([
    [
      'platform: { redis: { url: "redis://shop:hun/ter2@db" } }',
      'platform.redis.url must be redis://host:port/database',
    ],
    ['platform: { redis: { url: "redis:/:hunter2@db" } }', 'platform.redis.url must be redis://host:port/database'],
    ['observability: { otlp: { endpoint: "http://shop:hunter2@db" } }', 'observability.otlp.endpoint must be a URL'],
    ['observability: { otlp: { headers: { Authorization: hunter2 } } }', 'headers.Authorization looks like a secret'],
    ['observability: { otlp: { headers: { x-api-key: hunter2 } } }', 'headers.x-api-key looks like a secret'],
  ])('GATE-01 refuses a literal secret, and does not repeat it: %s', async (runtime, message) => {
    const refusal = await folder.refusalOf(`version: 1\nscenario: { name: shop }\nruntime: { ${runtime} }`)
    expect(refusal).toContain(message)
    expect(refusal).not.toMatch(/hun|ter2/u)
  })

  it('GATE-01 refuses certificates that are not there', async () => {
    const yaml = [
      'version: 1',
      'scenario: { name: shop }',
      'runtime: { web: { server: { http2: tls, tls: { key_file: sound.key, cert_file: no.pem } } } }',
    ].join('\n')
    expect(await folder.refusalOf(yaml)).toBe(
      'CONFIG_INVALID: 1 mistake in app.yml\n  app.yml:3:80 runtime.web.server.tls.cert_file leads to no readable file (ENOENT)',
    )
  })

  it('shows no secret, whichever way an error is printed', async () => {
    await folder.write(
      'app.yml',
      withAuth('secret_mode: hunter2, secret_env: "hunter2 ", secret: { deep: hunter2 }, api_key: hunter2'),
    )
    const error: unknown = await loadConfig(['app.yml'], { cwd: folder.path }).catch((thrown: unknown) => thrown)
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('hunter2')
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })
})

describe('What only the machine can tell', () => {
  it('may be left out, and asked for later', async () => {
    await folder.write('app.yml', withAuth('secret_mode: static, secret_file: short.key'))
    const loaded = await loadConfig(['app.yml'], { cwd: folder.path, checkMachine: false })
    expect(await checkMachine(loaded, {})).toEqual([
      {
        code: 'SEC_SECRET_INVALID',
        path: `${auth}.secret_file`,
        message: 'leads to a secret of 31 bytes; it must have at least 32',
        file: 'app.yml',
        line: 6,
        column: 64,
      },
    ])
  })

  it('reads the bytes of a static secret from a file or a variable, and none where it is generated', async () => {
    const settings = { mode: 'hmac', ttl_seconds: 30, nonce_cache_size: 1, kdf: 'none' } as const
    const machine = { baseDir: folder.path, env: { KEY: 'e'.repeat(40) } }
    const fromFile = await readSecret({ ...settings, secret_mode: 'static', secret_file: 'sound.key' }, machine)
    const fromVariable = await readSecret({ ...settings, secret_mode: 'static', secret_env: 'KEY' }, machine)
    expect(Buffer.from(fromFile ?? []).toString()).toBe('k'.repeat(32))
    expect(Buffer.from(fromVariable ?? []).toString()).toBe('e'.repeat(40))
    expect(await readSecret({ ...settings, secret_mode: 'generated' }, machine)).toBeUndefined()
  })

  it('says SEC_SECRET_INVALID where the secret has gone since', async () => {
    const settings = { mode: 'hmac', ttl_seconds: 30, nonce_cache_size: 1, kdf: 'none', secret_mode: 'static' } as const
    await expect(readSecret({ ...settings, secret_file: 'no.key' }, { baseDir: folder.path, env: {} })).rejects.toThrow(
      `SEC_SECRET_INVALID: ${auth}.secret_file leads to no file`,
    )
  })

  it('asks for the variables of Redis only where Redis is used', async () => {
    const redis = '    redis: { password_env: NO_SUCH }'
    const base = 'version: 1\nscenario: { name: shop }\nruntime:\n  platform:\n'
    expect(await folder.refusalOf(`${base}${redis}\n`)).toBe('sound')
    const mistake =
      'CONFIG_INVALID: 1 mistake in app.yml\n  app.yml:5:28 runtime.platform.redis.password_env names an environment variable that is not set; set it'
    expect(await folder.refusalOf(`${base}${redis}\n    kv: { backend: redis }\n`)).toBe(mistake)
    expect(await folder.refusalOf(`${base}${redis}\ndead_letters: { backend: redis }\n`)).toBe(mistake)
  })
})

describe('Dead letters', () => {
  it('are kept in one place', async () => {
    const base = 'version: 1\nscenario: { name: shop }\n'
    expect(await folder.refusalOf(`${base}dead_letters: { backend: redis, max_letters: 500 }\n`)).toBe('sound')
    expect(await folder.refusalOf(`${base}dead_letters: { backend: redis, path: dead.ndjson }\n`)).toBe(
      'CONFIG_INVALID: 1 mistake in app.yml\n  app.yml:3:33 dead_letters.path names a file, and backend is redis; keep one of them',
    )
    expect(await folder.refusalOf(`${base}dead_letters: { backend: s3, max_letters: 0 }\n`)).toContain(
      'dead_letters.backend must be one of file, redis (got "s3")',
    )
  })
})
