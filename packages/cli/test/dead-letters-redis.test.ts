import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type RedisServer, redisTests, startRedis } from '@millrace/redis-server'
import { fixture, processFolder, writeApplication } from './process-folder.js'
import { type Ended, millrace, type Started, startMillrace } from './start-millrace.js'
import type { TemporaryFolder } from './temporary-folder.js'
import { endedAlone, eventsOf } from './worker-log.js'

const password = 'a password of these tests'

/** Of so many orders every second one becomes a letter; the source then stays. */
const orders = 24

interface Letter {
  readonly id: string
  readonly node: string
  readonly payload: { readonly n: number }
}

redisTests(describe)('millrace dead-letters with letters in Redis', () => {
  let server: RedisServer
  let folder: TemporaryFolder
  let config: string
  let run: Started
  let env: Record<string, string>
  let place: string

  beforeAll(async () => {
    server = await startRedis({ requirepass: password })
    folder = processFolder()
    env = {
      XDG_RUNTIME_DIR: folder.path,
      MENDED: join(folder.path, 'mended'),
      SHOP_PASSWORD: password,
    }
    config = writeApplication(folder, 'shop.json', {
      modules: ['processes/orders-that-stay.ts', 'processes/prices-when-mended.ts'].map(fixture),
      groups: [
        { name: 'in', nodes: ['orders'] },
        { name: 'pricing', nodes: ['price'], redeliver: 1, restart: { policy: 'on_failure' } },
        { name: 'out', nodes: ['lines'] },
      ],
      platform: { redis: { url: server.url, password_env: 'SHOP_PASSWORD', key_prefix: 'shop' } },
      adapters: { orders: { count: orders }, lines: {} },
      deadLetters: { backend: 'redis' },
    })
    place = `{shop}:dead-letters of the Redis at ${server.url}`
  })
  afterAll(async () => {
    run?.child.kill('SIGKILL')
    await run?.ended
    folder.remove()
    await server.stop()
  })

  const letters = (action: string, ...args: readonly string[]): Promise<Ended> =>
    millrace(['dead-letters', action, ...args, config], { env })

  const ids = async (): Promise<readonly string[]> =>
    (await letters('list', '--json')).stdout.split('\n').flatMap((line) => (line === '' ? [] : JSON.parse(line).id))

  it('says that there are none', async () => {
    expect(await letters('list')).toEqual({ code: 0, stdout: '', stderr: `no dead letters in ${place}\n` })
  })

  it('lists, shows, sends again and drops the letters of an application that runs', async () => {
    run = startMillrace(['run', config, '--log-level', 'info', '--log-json'], { env })
    await told(run, 'message.dead_lettered', orders / 2)

    const listed = await letters('list')
    expect(listed.code).toBe(0)
    expect(listed.stderr).toBe(`${orders / 2} dead letters: ${orders / 2} NODE_FAILED\n`)
    const [first = '', second = '', ...others] = await ids()
    expect(others).toHaveLength(orders / 2 - 2)

    const shown = JSON.parse((await letters('show', first)).stdout) as Letter
    expect(shown).toMatchObject({ id: first, node: 'price', payload: { n: expect.any(Number) } })

    folder.write('mended', '')
    const retried = await letters('retry', first, '--json')
    expect([retried.code, JSON.parse(retried.stdout)]).toEqual([
      0,
      { retried: [first], again: [], failed: [], untried: [], unknown: [], left: orders / 2 - 1 },
    ])

    const dropped = await letters('drop', second, first, '--json')
    expect([dropped.code, JSON.parse(dropped.stdout)]).toEqual([
      1,
      { dropped: [second], unknown: [first], left: orders / 2 - 2 },
    ])
    expect(dropped.stderr).toContain(
      `there is no dead letter ${first} in ${place}; millrace dead-letters list shows those there are\n`,
    )
    expect(await ids()).toEqual(others)

    run.child.kill('SIGTERM')
    await endedAlone(run)
  })

  it('says within a deadline that Redis refuses the password, or is not there', async () => {
    const cannot = `BACKEND_UNAVAILABLE: Redis at ${server.url} cannot be used, because`
    const wrong = await millrace(['dead-letters', 'list', config], { env: { ...env, SHOP_PASSWORD: 'wrong one' } })
    expect([wrong.code, wrong.stdout]).toEqual([1, ''])
    expect(wrong.stderr).toContain(
      `${cannot} it refuses the user or the password; set the right one in the variable of password_env\n`,
    )
    const { SHOP_PASSWORD, ...without } = env
    const unset = await millrace(['dead-letters', 'list', config], { env: without })
    expect([SHOP_PASSWORD, unset.code, unset.stderr]).toEqual([
      password,
      2,
      'CONFIG_INVALID: runtime.platform.redis.password_env names an environment variable that is not set; set it\n',
    ])
    await server.kill()
    const gone = await letters('drop', '--all')
    expect([gone.code, gone.stdout]).toEqual([1, ''])
    expect(gone.stderr).toContain(
      `${cannot} nobody listens there (ECONNREFUSED); see whether it runs, and whether runtime.platform.redis leads there\n`,
    )
  })
})

/** Resolves when an application has told of something so often. */
async function told(run: Started, name: string, count: number): Promise<void> {
  const { stderr } = run.child
  const isEnough = (): boolean => eventsOf(run.stderr()).filter((event) => event.name === name).length >= count
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      if (!isEnough()) return
      stderr?.off('data', look)
      resolve()
    }
    stderr?.on('data', look)
    run.child.once('close', () => reject(new Error(`it ended before it had told of ${count} ${name}: ${run.stderr()}`)))
    look()
  })
}
