import { hkdfSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { validateConfig } from '@millrace/config-validator'
import { createRedactor, redacted } from '@millrace/contracts'
import { linkKeys } from './link-keys.js'

const baseDir = mkdtempSync(join(tmpdir(), 'millrace-keys-'))
afterAll(() => rmSync(baseDir, { recursive: true }))

const secret = randomBytes(48)
writeFileSync(join(baseDir, 'secret'), secret, { mode: 0o600 })
const inFile = { secret_mode: 'static', secret_file: 'secret' }
const inVariable = { secret_mode: 'static', secret_env: 'SECRET' }

/** The keys of three slots of which the first has a link with each other. */
function keysOf(auth: object, env: Readonly<Record<string, string>> = {}, redactor = createRedactor()) {
  const config = validateConfig({
    version: 1,
    scenario: { name: 'keys' },
    runtime: {
      platform: {
        bootstrap: { mode: 'process_supervisor' },
        execution_ipc: { transport: 'tcp_local', auth },
        process_groups: [{ name: 'a', nodes: ['anything'] }],
      },
    },
  })
  const pairs = [
    ['a#1', 'b#1'],
    ['a#1', 'c#1'],
  ] as const
  return linkKeys(config, pairs, { baseDir, env }, redactor)
}

/** As docs/protocol.md derives it, with code of its own. */
function derived(master: Uint8Array): Buffer {
  return hkdf(master, 'millrace/1 link\0\x03a#1\0\x03b#1')
}

function hkdf(key: Uint8Array, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', info, 32))
}

describe('linkKeys', () => {
  it('KEY-IPC-02 derives the keys of links from the static secret of a file', async () => {
    const keys = await keysOf(inFile)
    expect(Buffer.from(keys.of('b#1', 'a#1'))).toEqual(derived(hkdf(secret, 'millrace/1 master')))
  })

  it('KEY-IPC-02 takes the bytes of the static secret themselves where kdf is none', async () => {
    const keys = await keysOf({ ...inFile, kdf: 'none' })
    expect(Buffer.from(keys.of('a#1', 'b#1'))).toEqual(derived(secret))
  })

  it('KEY-IPC-02 derives the same keys from a variable with the same bytes', async () => {
    const text = secret.toString('base64url')
    const keys = await keysOf(inVariable, { SECRET: text })
    expect(Buffer.from(keys.of('a#1', 'b#1'))).toEqual(derived(hkdf(Buffer.from(text), 'millrace/1 master')))
  })

  it('KEY-IPC-01 makes other keys for each run where the secret is generated', async () => {
    const [one, other] = await Promise.all([keysOf({}), keysOf({})])
    expect(one.of('a#1', 'b#1')).not.toEqual(other.of('a#1', 'b#1'))
  })

  it('KEY-IPC-01 gives a slot the keys of its own links and no other', async () => {
    const keys = await keysOf(inFile)
    expect(keys.for('b#1')).toEqual([{ peer: 'a#1', key: keys.of('a#1', 'b#1') }])
    expect(keys.for('a#1').map(({ peer }) => peer)).toEqual(['b#1', 'c#1'])
  })

  it.each([['hkdf_sha256'], ['none']])(
    'OBS-IPC-04 makes the static secret and the key below it known as what no text may show: kdf is %s',
    async (kdf) => {
      const redactor = createRedactor()
      await keysOf({ ...inFile, kdf }, {}, redactor)
      const master = kdf === 'none' ? secret : hkdf(secret, 'millrace/1 master')
      const texts = [secret, master].flatMap((key) => [key.toString('hex'), key.toString('latin1')])
      expect(texts.map(redactor.text)).toEqual(texts.map(() => redacted))
    },
  )

  it('GATE-01 refuses a static secret that is not there with SEC_SECRET_INVALID', async () => {
    await expect(keysOf(inVariable)).rejects.toMatchObject({ code: 'SEC_SECRET_INVALID' })
  })
})
