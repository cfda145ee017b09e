import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { callMain } from './call-main.js'
import { fixture, processFolder, writeApplication } from './process-folder.js'
import { type Ended, millrace, type Started, startMillrace } from './start-millrace.js'
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.js'
import { endedAlone, eventsOf } from './worker-log.js'

const [first, second, third] = ['1', '2', '3'].map((digit) => digit.repeat(16)) as [string, string, string]
const trace = 'c'.repeat(32)

/** The line of a letter. */
function line(id: string, more: object = {}): string {
  const at = '2026-11-28T09:00:00.000Z'
  const rest = {
    id,
    at,
    node: 'price',
    code: 'NODE_FAILED',
    reason: 'no price',
    type: 'shop.order',
    position: [3, 0],
    trace,
  }
  return JSON.stringify({ ...rest, payload: { n: 3 }, ...more })
}

const three = [
  line(first),
  line(second, {
    at: '2026-11-28T10:00:00.000Z',
    node: 'tax',
    payload: { card: { token: 'abc' }, note: 'x'.repeat(2000) },
  }),
  line(third, { at: '2026-11-28T11:00:00.000Z', code: 'WORKER_CRASHED', payload: { base64: 'AQID' } }),
]

describe('with a file of dead letters', () => {
  let folder: TemporaryFolder
  let file: string
  beforeEach(() => {
    folder = temporaryFolder()
    file = folder.write('dead.ndjson', three.map((text) => `${text}\n`).join(''))
  })
  afterEach(() => folder.remove())

  const letters = (action: string, ...args: readonly string[]): Promise<Ended> =>
    callMain(['dead-letters', action, '--file', file, ...args])
  const left = async (): Promise<readonly string[]> =>
    (await letters('list', '--json')).stdout
      .split('\n')
      .filter((text) => text !== '')
      .map((text) => (JSON.parse(text) as { readonly id: string }).id)

  describe('millrace dead-letters list', () => {
    it('shows a table, the newest last, and says how many there are', async () => {
      const { code, stdout, stderr } = await letters('list')
      expect([code, stderr]).toEqual([0, '3 dead letters: 2 NODE_FAILED, 1 WORKER_CRASHED\n'])
      expect(
        stdout,
      ).toBe(`ID                WHEN                      NODE   TYPE        CODE            TRACE                             RETRIES    SIZE
1111111111111111  2026-11-28T09:00:00.000Z  price  shop.order  NODE_FAILED     ${trace}        0     7 B
2222222222222222  2026-11-28T10:00:00.000Z  tax    shop.order  NODE_FAILED     ${trace}        0  2.0 kB
3333333333333333  2026-11-28T11:00:00.000Z  price  shop.order  WORKER_CRASHED  ${trace}        0    17 B
`)
    })

    it('prints with --json a line for each letter, without its payload', async () => {
      const { stdout } = await letters('list', '--json')
      const [line] = stdout.split('\n')
      expect(JSON.parse(line ?? '')).toEqual({
        id: first,
        at: '2026-11-28T09:00:00.000Z',
        node: 'price',
        code: 'NODE_FAILED',
        reason: 'no price',
        type: 'shop.order',
        position: [3, 0],
        trace,
        retries: 0,
        size: 7,
      })
      expect(stdout.split('\n')).toHaveLength(4)
    })

    it.each([
      [['--node', 'tax'], [second]],
      [['--code', 'WORKER_CRASHED'], [third]],
      [
        ['--since', '2026-11-28T10:00Z'],
        [second, third],
      ],
      [['--since', '2026-11-28T10:00Z', '--node', 'price'], [third]],
      [['--node', 'till'], []],
    ])('shows with %j what is meant', async (args, ids) => {
      const { stdout } = await letters('list', ...args)
      expect(stdout.match(/^\d{16}/gmu) ?? []).toEqual(ids)
    })

    it('counts --since back from now', async () => {
      appendFileSync(file, `${line('4'.repeat(16), { at: new Date(Date.now() - 60_000).toISOString() })}\n`)
      expect((await letters('list', '--since', '2m')).stdout).toContain('4'.repeat(16))
      expect((await letters('list', '--since', '30s')).stderr).toBe(`none of 4 dead letters in ${file} is meant\n`)
    })

    it('tells lines that are no letters, and a last one that is cut off', async () => {
      appendFileSync(file, `a note\n${line(first).slice(0, 50)}`)
      const { code, stderr } = await letters('list')
      expect(code).toBe(0)
      expect(stderr).toBe(
        `${file}:4 is no dead letter; it stays as it is\n` +
          `${file}:5 is cut off: a process was killed while it wrote a letter, or is writing one now; it stays as it is\n` +
          '3 dead letters: 2 NODE_FAILED, 1 WORKER_CRASHED\n',
      )
    })

    it('shows no control characters of a letter', async () => {
      appendFileSync(file, `${line('4'.repeat(16), { node: '\u001b[2J\nx' })}\n`)
      expect((await letters('list')).stdout).toContain('\\u001b[2J x')
    })
  })

  describe('millrace dead-letters show', () => {
    it('shows everything of a letter', async () => {
      const { code, stdout, stderr } = await letters('show', first)
      expect([code, stderr]).toEqual([0, ''])
      expect(JSON.parse(stdout)).toEqual({ ...(JSON.parse(line(first)) as object), retries: 0 })
    })

    it.each([
      [second, { token: 'abc' }, { token: '[redacted]' }],
      [third, undefined, undefined],
    ])('shows secrets and bytes of %s only with --payload', async (id, open, hidden) => {
      const { stdout, stderr } = await letters('show', id)
      const { stdout: whole, stderr: nothing } = await letters('show', id, '--payload')
      const payloads = [stdout, whole].map(
        (text) => (JSON.parse(text) as { readonly payload: { card?: object } }).payload,
      )
      expect(payloads.map((payload) => payload.card)).toEqual([hidden, open])
      expect([stderr, nothing]).toEqual(['not all of the payload is shown; --payload shows it\n', ''])
      expect(payloads[0]).not.toEqual(payloads[1])
    })

    it('fails where there is no such letter', async () => {
      expect(await letters('show', 'a'.repeat(16))).toEqual({
        code: 1,
        stdout: '',
        stderr: `there is no dead letter ${'a'.repeat(16)} in ${file}; millrace dead-letters list shows those there are\n`,
      })
    })
  })

  describe('millrace dead-letters drop', () => {
    it('drops what is named', async () => {
      const { code, stdout, stderr } = await letters('drop', first, third)
      expect([code, stdout, stderr]).toEqual([0, '', 'dropped 2 dead letters, 1 left\n'])
      expect(await left()).toEqual([second])
      expect(readFileSync(file, 'utf8')).not.toContain(line(first))
    })

    it('drops what the filters leave', async () => {
      const { code, stdout } = await letters('drop', '--all', '--node', 'price', '--json')
      expect([code, JSON.parse(stdout)]).toEqual([0, { dropped: [first, third], unknown: [], left: 1 }])
      expect(await left()).toEqual([second])
    })

    it('drops all of them', async () => {
      expect((await letters('drop', '--all')).stderr).toBe('dropped 3 dead letters, 0 left\n')
      expect((await letters('drop', '--all')).stderr).toBe('dropped no dead letters, 0 left\n')
      expect((await letters('list')).stderr).toBe(`no dead letters in ${file}\n`)
    })

    it('drops the others and fails where one is not there', async () => {
      const { code, stdout, stderr } = await letters('drop', first, 'a'.repeat(16), '--json')
      expect([code, JSON.parse(stdout)]).toEqual([1, { dropped: [first], unknown: ['a'.repeat(16)], left: 2 }])
      expect(stderr).toContain(`there is no dead letter ${'a'.repeat(16)} in ${file}`)
    })

    it('says why letters are still in the file', async () => {
      folder.write('dead.ndjson.millrace-lock', '4711')
      const { code, stderr } = await letters('drop', first)
      expect(code).toBe(0)
      expect(stderr).toBe(
        `dropped 1 dead letter, 2 left\nthey are marked as dropped and still in ${file}, because process 4711 is writing it anew; ` +
          `if that process is gone, remove ${file}.millrace-lock, and drop again\n`,
      )
      expect(await left()).toEqual([second, third])
    })
  })
})

describe('a command line about dead letters', () => {
  it.each([
    [['list'], 'name the configuration files of the application, or the file itself with --file'],
    [
      ['list', '--file', 'none.ndjson'],
      "there is no file 'none.ndjson'; --file names what dead_letters.path of a configuration names",
    ],
    [
      ['list', 'app.yml', '--file', 'shop.yml'],
      "'app.yml' is no id of a letter; choose one of a configuration and --file",
    ],
    [
      ['list', 'shop.yml', '--since', 'yesterday'],
      "--since cannot be 'yesterday'; say 90s, 30m, 2h or 7d, or a date such as 2026-11-28T10:00Z",
    ],
    [['show', 'shop.yml'], 'name the letter by its id, 16 hex digits, as millrace dead-letters list shows it'],
    [['show', first, second, 'shop.yml'], 'name one letter'],
    [
      ['drop', 'shop.yml'],
      'name the letters by their ids, 16 hex digits, as millrace dead-letters list shows them, or say --all',
    ],
    [['drop', first, '--all', 'shop.yml'], 'choose one of ids and --all'],
    [['drop', first, '--node', 'price', 'shop.yml'], '--node, --code and --since belong to --all'],
  ])('is refused: %j', async (args, message) => {
    const { code, stdout, stderr } = await millrace(['dead-letters', ...args])
    expect([code, stdout, stderr]).toEqual([
      2,
      '',
      `millrace: ${message}; see millrace dead-letters ${args[0]} --help\n`,
    ])
  })

  it('is refused where the configuration names no file for them, or cannot be read', async () => {
    const { code, stderr } = await millrace(['dead-letters', 'list', 'shop.yml'])
    expect([code, stderr]).toEqual([
      2,
      'CONFIG_INVALID: shop.yml names no place for dead letters; set dead_letters.path or dead_letters.backend: redis, or name a file with --file\n',
    ])
    const missing = await millrace(['dead-letters', 'list', 'none.yml'])
    expect([missing.code, missing.stderr.split(':')[0]]).toEqual([2, 'CONFIG_UNREADABLE'])
  })

  it.each(['list', 'show', 'retry', 'drop'])(
    'is taught by --help of %s, in lines that fit a terminal',
    async (action) => {
      const { code, stdout } = await callMain(['dead-letters', action, '--help'])
      expect([code, stdout.startsWith(`millrace dead-letters ${action}: `)]).toEqual([0, true])
      expect(stdout).toContain(`  millrace dead-letters ${action} `)
      expect(stdout.split('\n').filter(({ length }) => length > 120)).toEqual([])
      expect((await callMain(['help', 'dead-letters', action])).stdout).toBe(stdout)
    },
  )
})

describe('with a running application whose worker has dead letters', () => {
  let folder: TemporaryFolder
  let config: string
  let run: Started
  const orders = { count: 1_000_000, pauseMs: 25 }

  beforeAll(() => {
    folder = processFolder()
    config = writeApplication(folder, 'shop.json', {
      modules: ['edges.ts', 'processes/prices-even-orders.ts'].map(fixture),
      groups: [
        { name: 'in', nodes: ['orders'] },
        { name: 'pricing', nodes: ['price'], workers: 2 },
        { name: 'out', nodes: ['lines'] },
      ],
      adapters: { orders, lines: {} },
      deadLetters: 'dead.ndjson',
    })
  })
  afterAll(() => folder.remove())

  const letters = (action: string, ...args: readonly string[]): Promise<Ended> =>
    millrace(['dead-letters', action, ...args, config])

  /** Lists, shows and drops. @returns the number of the order */
  async function dropNewest(): Promise<number> {
    const { stdout } = await letters('list', '--json')
    const [newest = ''] = stdout.trimEnd().split('\n').reverse()
    const { id } = JSON.parse(newest) as { readonly id: string }
    const shown = JSON.parse((await letters('show', id)).stdout) as Shown
    expect(shown).toMatchObject({ id, node: 'price', code: 'NODE_FAILED', type: 'shop.order' })
    expect(shown.reason).toBe(`there is no price for ${shown.payload.n}`)
    const gone = await letters('drop', id, '--json')
    expect([gone.code, JSON.parse(gone.stdout)]).toMatchObject([0, { dropped: [id], unknown: [] }])
    return shown.payload.n
  }

  it('says that none has run yet', async () => {
    const { code, stdout, stderr } = await letters('list')
    expect([code, stdout]).toEqual([0, ''])
    expect(stderr).toBe(
      `no dead letters: ${join(folder.path, 'dead.ndjson')} is not there, so no application with this configuration has run yet\n`,
    )
  })

  it('lists, shows and drops them while it runs, and loses none', async () => {
    run = startMillrace(['run', config, '--log-json'], { env: { XDG_RUNTIME_DIR: folder.path } })
    await run.said('message.dead_lettered')
    const dropped = [await dropNewest(), await dropNewest(), await dropNewest(), await dropNewest()]
    run.child.kill('SIGTERM')
    await endedAlone(run)
    const lines = readFileSync(join(folder.path, 'dead.ndjson'), 'utf8').trimEnd().split('\n')
    const kept = lines.map((text) => JSON.parse(text) as Partial<Shown>).flatMap(({ payload }) => payload?.n ?? [])
    const told = eventsOf(run.stderr()).find(({ name }) => name === 'message.dead_lettered')
    expect(told?.facts).toMatchObject({ node: 'price', letter: expect.stringMatching(/^[0-9a-f]{16}$/u) })
    const all = [...new Set([...kept, ...dropped])].sort((one, other) => one - other)
    expect(kept.filter((n) => dropped.includes(n))).toEqual([])
    expect(all).toEqual(all.map((_, index) => index * 2 + 1))
    expect((await letters('drop', '--all')).stderr).toBe(`dropped ${new Set(kept).size} dead letters, 0 left\n`)
  })
})

interface Shown {
  readonly id: string
  readonly reason: string
  readonly payload: { readonly n: number }
}
