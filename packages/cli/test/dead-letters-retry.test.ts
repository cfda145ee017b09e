import { readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { callMain } from './call-main.js'
import { fixture, processFolder, writeApplication } from './process-folder.js'
import { type Ended, millrace, type Started, startMillrace } from './start-millrace.js'
import type { TemporaryFolder } from './temporary-folder.js'
import { endedAlone, eventsOf } from './worker-log.js'

interface Result {
  readonly retried: readonly string[]
  readonly again: readonly { readonly id: string; readonly letter: string }[]
  readonly failed: readonly { readonly id: string; readonly code: string }[]
  readonly untried: readonly string[]
  readonly left: number
}

/** Orders without an end, priced in two workers; those of odd numbers become letters until they are mended. */
class Shop {
  readonly folder: TemporaryFolder = processFolder()
  readonly config: string
  readonly env: Readonly<Record<string, string>>
  run: Started | undefined

  constructor() {
    this.env = { XDG_RUNTIME_DIR: this.folder.path, MENDED: join(this.folder.path, 'mended') }
    this.config = writeApplication(this.folder, 'shop.json', {
      modules: ['edges.ts', 'processes/prices-when-mended.ts'].map(fixture),
      groups: [
        { name: 'in', nodes: ['orders'] },
        { name: 'pricing', nodes: ['price'], workers: 2, redeliver: 3, restart: { policy: 'on_failure' } },
        { name: 'out', nodes: ['lines'] },
      ],
      adapters: { orders: { count: 1_000_000, pauseMs: 20 }, lines: { path: join(this.folder.path, 'out.txt') } },
      deadLetters: 'dead.ndjson',
    })
  }

  async start(): Promise<Started> {
    this.run = startMillrace(['run', this.config, '--log-level', 'info', '--log-json'], { env: this.env })
    await this.run.said('message.dead_lettered')
    return this.run
  }

  mend(): void {
    this.folder.write('mended', '')
  }

  letters(action: string, ...args: readonly string[]): Promise<Ended> {
    return millrace(['dead-letters', action, ...args, this.config], { env: this.env })
  }

  async ids(): Promise<readonly string[]> {
    const { stdout } = await this.letters('list', '--json')
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as { readonly id: string }).id))
  }

  /** The numbers of the orders that were written, in their order. */
  written(): readonly number[] {
    const lines = readFileSync(join(this.folder.path, 'out.txt'), 'utf8').trimEnd().split('\n')
    return lines.map((line) => Number(line.split(' ')[0])).sort((one, other) => one - other)
  }

  async end(): Promise<void> {
    this.run?.child.kill('SIGKILL')
    await this.run?.ended
    this.folder.remove()
  }
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1)

describe('millrace dead-letters retry', () => {
  const shop = new Shop()
  afterAll(() => shop.end())

  it('says where it looked when no application runs, and the letters stay', async () => {
    const id = 'a'.repeat(16)
    const at = '2026-11-28T09:00:00.000Z'
    const letter = {
      id,
      at,
      node: 'till',
      code: 'NODE_FAILED',
      type: 'shop.order',
      position: [0, 0],
      payload: { n: 1 },
    }
    shop.folder.write('dead.ndjson', `${JSON.stringify(letter)}\n`)
    const { code, stdout, stderr } = await shop.letters('retry', '--all')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toBe(
      'CONTROL_UNAVAILABLE: no running application can be reached: none runs; start one with millrace run, as the same user and with the same XDG_RUNTIME_DIR and TMPDIR\n',
    )
    expect(await shop.ids()).toEqual([id])
  })

  it('says why a letter of a node that is no more cannot be sent, and it stays', async () => {
    await shop.start()
    const { code, stdout, stderr } = await shop.letters('retry', 'a'.repeat(16), 'b'.repeat(16), '--json')
    expect([code, JSON.parse(stdout)]).toMatchObject([
      1,
      { retried: [], failed: [{ id: 'a'.repeat(16), code: 'ROUTE_UNKNOWN_TARGET' }], unknown: ['b'.repeat(16)] },
    ])
    expect(stderr).toContain(
      "aaaaaaaaaaaaaaaa stays: ROUTE_UNKNOWN_TARGET: dead letter aaaaaaaaaaaaaaaa is of node 'till', which the running application does not have",
    )
    expect(stderr).toContain(`there is no dead letter ${'b'.repeat(16)} in ${join(shop.folder.path, 'dead.ndjson')}`)
    await shop.letters('drop', 'a'.repeat(16))
  })

  it('leaves a new letter of what fails again, and counts', async () => {
    const [id = ''] = await shop.ids()
    const { code, stdout, stderr } = await shop.letters('retry', id, '--json')
    const { again, retried } = JSON.parse(stdout) as Result
    expect([code, retried, again]).toEqual([1, [], [{ id, letter: expect.stringMatching(/^[0-9a-f]{16}$/u) }]])
    const letter = again[0]?.letter ?? ''
    expect(stderr).toContain(
      `${id} failed again and is ${letter} now\nno dead letters sent again and done, 1 failed again; `,
    )
    expect(JSON.parse((await shop.letters('show', letter)).stdout)).toMatchObject({ node: 'price', retries: 1 })
    expect(await shop.ids()).not.toContain(id)
  })

  it('sends all of them to their node in the workers that run, and each order is written once', async () => {
    shop.mend()
    await shop.letters('list') // what was under way when it was mended is a letter by now
    const ids = await shop.ids()
    const { code, stdout, stderr } = await shop.letters('retry', '--all', '--node', 'price', '--json')
    const { retried, left } = JSON.parse(stdout) as Result
    expect([code, new Set(retried), left]).toEqual([0, new Set(ids), 0])
    expect(stderr).toContain(`${ids.length} dead letters sent again and done; 0 left\n`)
    shop.run?.child.kill('SIGTERM')
    await endedAlone(shop.run as Started)
    expect(shop.written()).toEqual(upTo(shop.written().length))
    expect(ids.length).toBeGreaterThan(2)
    expect(readFileSync(join(shop.folder.path, 'dead.ndjson'), 'utf8')).not.toContain('"node"')
  })
})

describe('millrace dead-letters retry while a worker is killed', () => {
  const shop = new Shop()
  beforeAll(async () => {
    await shop.start()
  })
  afterAll(() => shop.end())

  it('loses no letter: what is not done stays, and is done when it is sent again', async () => {
    await lettersHold(shop, '100 letters', (text) => text.split('\n').length > 100)
    shop.mend()
    const before = await shop.ids()
    const retry = startMillrace(['dead-letters', 'retry', '--all', '--json', '--in-flight', '4', shop.config], {
      env: shop.env,
    })
    const victim = eventsOf(shop.run?.stderr() ?? '').find(
      ({ name, facts }) => name === 'worker.running' && facts.worker === 'pricing#1',
    )
    await lettersHold(shop, 'a letter that was sent again', (text) => text.includes('{"dropped"'))
    process.kill(Number(victim?.facts.pid), 'SIGKILL')
    const { code, stdout, stderr } = await retry.ended
    const { retried, failed, untried, left } = JSON.parse(stdout) as Result
    expect(code).toBe(1)
    expect(new Set(failed.map((one) => one.code))).toEqual(new Set(['WORKER_CRASHED']))
    expect(stderr).toContain('no other letter is tried after WORKER_CRASHED')
    expect(new Set([...retried, ...failed.map(({ id }) => id), ...untried])).toEqual(new Set(before))
    // A worker may have dropped its letter, and died before it could say so.
    expect(left).toBeGreaterThanOrEqual(untried.length)
    expect(left).toBeLessThanOrEqual(failed.length + untried.length)
    const again = JSON.parse((await shop.letters('retry', '--all', '--json')).stdout) as Result
    expect([again.retried.length, again.left]).toEqual([left, 0])
    shop.run?.child.kill('SIGTERM')
    await endedAlone(shop.run as Started)
    const numbers = shop.written()
    expect([...new Set(numbers)]).toEqual(upTo(Math.max(...numbers)))
    expect(numbers.length - new Set(numbers).size).toBeLessThanOrEqual(failed.length)
  })
})

/** Resolves when what stands in the letters of a shop fits. */
function lettersHold(shop: Shop, what: string, fits: (text: string) => boolean): Promise<void> {
  const file = join(shop.folder.path, 'dead.ndjson')
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (!fits(readFileSync(file, 'utf8'))) return
      clearTimeout(timer)
      watcher.close()
      resolve()
    }
    const timer = setTimeout(() => {
      watcher.close()
      reject(new Error(`waited two minutes in vain for ${what}`))
    }, 120_000)
    const watcher = watch(file, look)
    look()
  })
}

describe('a command line about letters to be sent again', () => {
  it.each([
    [
      ['shop.yml'],
      'name the letters by their ids, 16 hex digits, as millrace dead-letters list shows them, or say --all',
    ],
    [['a'.repeat(16), '--all', 'shop.yml'], 'choose one of ids and --all'],
    [['--all', '--in-flight', '65', 'shop.yml'], '--in-flight must be a whole number from 1 to 64'],
    [['--all', '--timeout', 'ever', 'shop.yml'], '--timeout must be a number of seconds from 0.1 to 86400'],
  ])('is refused: %j', async (args, message) => {
    expect(await callMain(['dead-letters', 'retry', ...args])).toEqual({
      code: 2,
      stdout: '',
      stderr: `millrace: ${message}; see millrace dead-letters retry --help\n`,
    })
  })
})
