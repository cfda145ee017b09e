import { hkdfSync, randomBytes } from 'node:crypto'
import { chmodSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { sourceFlags } from '@millrace/from-source'
import { moduleFlags } from '@millrace/kernel'
import { fixture, processFolder, writeApplication } from './process-folder.js'
import { startMillrace } from './start-millrace.js'
import type { TemporaryFolder } from './temporary-folder.js'
import { endedAlone, pidsOf } from './worker-log.js'

let folder: TemporaryFolder
beforeAll(() => {
  folder = processFolder()
})
afterAll(() => folder.remove())

interface Mode {
  readonly auth: object
  readonly env: Readonly<Record<string, string>>
}

/** Where the secret of a run stands; of a generated one nobody outside knows the bytes. */
const modes: Readonly<Record<string, (secret: Buffer) => Mode>> = {
  'static, in a file': secretFile,
  'static, in a variable': (secret) => ({
    auth: { secret_mode: 'static', secret_env: 'SHOP_SECRET' },
    env: { SHOP_SECRET: secret.toString('latin1') },
  }),
  generated: () => ({ auth: { secret_mode: 'generated' }, env: {} }),
}

const slots = ['in#1', 'out#1', 'pricing#1']

describe('keys of worker processes', () => {
  it('are found where they stand', () => {
    const key = randomBytes(32)
    const texts = [key.toString('latin1'), `key=${key.toString('hex')}`, `{"key":"${key.toString('base64')}"}`]
    expect(texts.map((text) => leaks([text], { key }))).toEqual([['key'], ['key'], ['key']])
  })

  it.each(Object.entries(modes))(
    'KEY-IPC-01 KEY-IPC-02 OBS-IPC-04 are in no environment, command line, log, event or file: the secret is %s',
    async (name, modeOf) => {
      // In letters, so that it can stand in a variable; longer than a key of the wire.
      const secret = Buffer.from(randomBytes(48).toString('base64url'))
      const { auth, env } = modeOf(secret)
      const outputs = join(folder.path, name.replaceAll(/\W/gu, '-'))
      const run = startMillrace(
        ['run', shop(outputs, auth), '--json', '--log-json', '--log-level', 'debug', '--verbose'],
        {
          env: { ...env, MILLRACE_TEST: 'inherited' },
        },
      )
      await run.said('runtime.running')
      const workers = pidsOf(run.stderr()).map((pid) => ({
        environ: readFileSync(`/proc/${pid}/environ`, 'latin1'),
        cmdline: readFileSync(`/proc/${pid}/cmdline`, 'latin1'),
      }))
      process.kill(pidsOf(run.stderr())[1] ?? 0, 'SIGKILL')
      const { code, stdout, stderr } = await endedAlone(run)

      const shown = workers.flatMap(({ environ, cmdline }) => [environ, cmdline])
      expect([code, workers.length]).toEqual([4, 3])
      expect(leaks([...shown, stdout, stderr, ...filesIn(outputs)], keysOf(secret))).toEqual([])
      for (const { environ, cmdline } of workers) {
        expect(namesIn(environ)).toEqual(inherited)
        expect(cmdline.split('\0').slice(1, -2)).toEqual(moduleFlags(sourceFlags))
      }
    },
  )

  it('KEY-IPC-02 of a static secret carry a run to its end, and the secret stands in no process', async () => {
    const secret = Buffer.from(randomBytes(48).toString('base64url'))
    const outputs = join(folder.path, 'to-its-end')
    const run = startMillrace(['run', shop(outputs, secretFile(secret).auth, 200), '--log-level', 'info', '--log-json'])
    await run.said('runtime.running')
    const shown = [run.child.pid, ...pidsOf(run.stderr())].flatMap((pid) =>
      ['environ', 'cmdline'].map((file) => readFileSync(`/proc/${pid}/${file}`, 'latin1')),
    )
    const { code, stdout, stderr } = await endedAlone(run)
    const priced = Array.from({ length: 200 }, (_, index) => `${index + 1} ${(index + 1) * 21}\n`).join('')
    expect([code, shown.length]).toEqual([0, 8])
    expect(filesIn(outputs)).toEqual([priced])
    expect(leaks([...shown, stdout, stderr], keysOf(secret))).toEqual([])
  })
})

/** What a worker's environment holds: that of the command, without the secret, and what Node says of the channel. */
const inherited = ['MILLRACE_TEST', 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE', 'NODE_OPTIONS', 'PATH']

/** A secret in a file that nobody else may read. */
function secretFile(secret: Buffer): Mode {
  const file = folder.write('secret', '')
  chmodSync(file, 0o600)
  folder.write('secret', secret.toString('latin1'))
  return { auth: { secret_mode: 'static', secret_file: file }, env: {} }
}

/** The shop in three groups, writing into a folder of its own; a worker that dies ends it. @returns its configuration */
function shop(outputs: string, auth: object, count = 1_000_000): string {
  folder.write(join(outputs.slice(folder.path.length), 'lines.txt'), '')
  return writeApplication(folder, 'shop.json', {
    modules: ['edges.ts', 'price.ts'].map(fixture),
    ipc: { auth },
    groups: [
      { name: 'in', nodes: ['orders'] },
      { name: 'pricing', nodes: ['price'], restart: { policy: 'never' } },
      { name: 'out', nodes: ['lines'] },
    ],
    adapters: { orders: { count, pauseMs: 2 }, lines: { path: join(outputs, 'lines.txt') } },
  })
}

/** The secret and the keys that docs/protocol.md derives from it, by name; the slots are in the order of their bytes. */
function keysOf(secret: Buffer): Readonly<Record<string, Buffer>> {
  const master = derived(secret, Buffer.from('millrace/1 master'))
  const links = slots.flatMap((one, index) =>
    slots.slice(index + 1).map((other) => [`${one} ${other}`, derived(master, info('millrace/1 link', one, other))]),
  )
  return { secret, master, ...Object.fromEntries(links) }
}

function derived(secret: Buffer, label: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', label, 32))
}

function info(label: string, ...names: readonly string[]): Buffer {
  const parts = names.map((name) => Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name)]))
  return Buffer.concat([Buffer.from(label), ...parts])
}

/** The names of the keys that stand in one of the texts, however they were written. */
function leaks(texts: readonly string[], keys: Readonly<Record<string, Buffer>>): readonly string[] {
  return Object.entries(keys).flatMap(([name, key]) => {
    const spellings = [
      key.toString('hex'),
      key.toString('hex').toUpperCase(),
      key.toString('hex').replaceAll(/(..)(?=.)/gu, '$1 '),
      key.toString('base64').replace(/=+$/u, ''),
      key.toString('base64url'),
      key.toString('latin1'),
      key.toString('utf8'),
      [...key].join(','),
    ]
    return texts.some((text) => spellings.some((spelling) => text.includes(spelling))) ? [name] : []
  })
}

function filesIn(path: string): readonly string[] {
  return readdirSync(path, { withFileTypes: true }).map(({ name }) => readFileSync(join(path, name), 'latin1'))
}

/** The variables of an environment as /proc shows it. */
function namesIn(environ: string): readonly string[] {
  const variables = environ.split('\0').filter((variable) => variable !== '')
  return variables.map((variable) => variable.split('=')[0] ?? '').sort()
}
