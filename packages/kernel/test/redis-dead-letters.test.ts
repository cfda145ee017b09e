import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from '@jest/globals'
import type { DurableStore, MillraceError } from '@millrace/contracts'
import { sourceFlags } from '@millrace/from-source'
import { type RedisOptions, type RedisServer, redisTests, startRedis } from '@millrace/redis-server'
import { redisLetters } from '../src/dead-letters/redis-letters.js'
import {
  createRuntime,
  defineNode,
  defineSink,
  defineSource,
  defineState,
  type EventName,
  type MillraceEvent,
  type Runtime,
  Type,
} from '../src/index.js'
import { Ledger } from '../src/ledger/ledger.js'
import { finishEven } from './finish-even.js'
import { Accepted, Ask, accept, Price } from './fixtures/dead-letters/nodes.js'
import { runShares } from './run-shares.js'
import { codeOf, Done, deferred, numbered, Step, turn, until } from './shop.js'

const configOf = (name: string): string => fileURLToPath(new URL(`fixtures/dead-letters/${name}`, import.meta.url))

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(options?: RedisOptions): Promise<RedisServer> {
  const server = await startRedis(options)
  closing.push(server.stop)
  return server
}

/** The numbers that are in the letters of an application. */
async function numbersIn({ url }: RedisServer): Promise<readonly number[]> {
  const store = await redisLetters({ url, tls: false, key_prefix: 'millrace:letters' }, {})
  const found: number[] = []
  const { letters } = await store.book()
  for await (const { payload } of store.letters(letters.map(({ id }) => id))) found.push((payload as { n: number }).n)
  await store.close()
  return found.sort((one, other) => one - other)
}

/** What was heard of an application, and what it still has to tell. */
class Heard {
  readonly events: MillraceEvent[] = []
  readonly #runtime: Runtime

  constructor(runtime: Runtime) {
    this.#runtime = runtime
    closing.push(() => runtime.stop())
    runtime.subscribe((event) => void this.events.push(event))
  }

  of(wanted: EventName): readonly MillraceEvent[] {
    return this.events.filter(({ name }) => name === wanted)
  }

  /** Resolves when an event of that name comes. */
  next(wanted: EventName): Promise<void> {
    return new Promise((resolve) => this.#runtime.subscribe(({ name }) => name === wanted && resolve()))
  }
}

/** An application in this process that has the messages 0 to 20, of which ten become letters, when it may begin. */
async function twentyOne(url: string, more: { readonly redis?: object; readonly dead_letters?: object } = {}) {
  const mayBegin = deferred()
  const allWritten = deferred()
  const written: number[] = []
  const write = ({ n }: { readonly n: number }): void => {
    if (written.push(n) === 11) allWritten.resolve()
  }
  const runtime = await createRuntime({
    config: configOf('redis.yml'),
    nodes: [
      defineSource({
        name: 'steps',
        emits: [Step],
        async *read() {
          await mayBegin.promise
          yield* numbered(Step, 21)
        },
      }),
      finishEven(),
      defineSink({ name: 'book', consumes: Done, open: () => ({ write }) }),
    ],
    overlay: {
      adapters: { steps: {}, book: {} },
      runtime: { platform: { redis: { url, ...more.redis } } },
      dead_letters: more.dead_letters ?? {},
    },
  })
  return { runtime, heard: new Heard(runtime), mayBegin, allWritten, written }
}

const odd = (last: number): readonly number[] => Array.from({ length: last }, (_, n) => n).filter((n) => n % 2 === 1)

redisTests(describe)('an application whose dead letters are in Redis', () => {
  it('is not held up by a Redis that stands still, and is not done before its letters are kept', async () => {
    const server = await start()
    const { runtime, heard, mayBegin, allWritten, written } = await twentyOne(server.url)
    const running = heard.next('runtime.running')
    const ended = runtime.run()
    await running
    server.pause()
    mayBegin.resolve()
    await allWritten.promise
    await turn()
    expect(runtime.counters()).toMatchObject({ inFlight: 10, givenUp: { deadLettered: 0 } })
    expect(heard.of('message.dead_lettered')).toEqual([])
    server.resume()
    const { counters } = await ended
    expect([counters.inFlight, counters.givenUp.deadLettered, written.length]).toEqual([0, 10, 11])
    expect(heard.of('message.dead_lettered')).toHaveLength(10)
    expect(await numbersIn(server)).toEqual(odd(20))
  })

  it('fails with what finds no room any more, and says so', async () => {
    const server = await start()
    const { runtime, heard, mayBegin } = await twentyOne(server.url, { dead_letters: { max_letters: 3 } })
    mayBegin.resolve()
    await expect(runtime.run()).rejects.toMatchObject({
      code: 'NODE_FAILED',
      message: `NODE_FAILED: a dead letter of node 'finish' could not be written: BACKEND_UNAVAILABLE: Redis at ${server.url} cannot be used, because {millrace:letters}:dead-letters holds 3 dead letters, which are as many as it may; send them again or drop them, or raise dead_letters.max_letters`,
      facts: { node: 'finish' },
    })
    expect(await numbersIn(server)).toEqual([1, 3, 5])
    expect(heard.of('message.dead_lettered')).toHaveLength(3)
    expect(heard.of('root.failed')).toMatchObject([{ facts: { code: 'NODE_FAILED', node: 'finish' } }])
  })

  it('does not start where Redis refuses its password, which no text holds', async () => {
    const server = await start({ requirepass: 'right' })
    process.env.TEST_LETTERS_PASSWORD = 'hunter2hunter2'
    const { runtime } = await twentyOne(server.url, { redis: { password_env: 'TEST_LETTERS_PASSWORD' } })
    await expect(runtime.start()).rejects.toThrow(
      `BOOT_START_FAILED: nothing has run: BACKEND_UNAVAILABLE: Redis at ${server.url} cannot be used, because it refuses the user or the password; set the right one in the variable of password_env`,
    )
  })

  it('says once that Redis may lose letters', async () => {
    const server = await start()
    const { runtime, heard } = await twentyOne(server.url)
    await runtime.start()
    expect(heard.of('backend.may_lose')).toMatchObject([{ facts: { backend: 'redis' } }])
  })
})

const counted = defineState('letters.counted', Type.Integer())

/** A node that counts in its state what it has seen, and gives up what is odd; it says what it has handled. */
function counting(handled: number[]) {
  return defineNode({
    name: 'count',
    consumes: Accepted,
    emits: [Price],
    onError: 'dead_letter',
    state: { counted: { type: counted, keys: () => ['all'] } },
    handle({ n }, { state }) {
      handled.push(n)
      state.counted.set('all', handled.length)
      if (n % 2 === 1) throw new RangeError(`there is no price for ${n}`)
      return Price.of({ n })
    },
  })
}

/** A store that has kept nothing yet, and how many messages it knows to be handled. */
function emptyStore(): DurableStore & { handled: number } {
  return {
    found: new Map(),
    handled: 0,
    load: async (_space, keys) => keys.map(() => undefined),
    async commit(_writes, ledger = []) {
      this.handled += ledger.filter(({ entry, text }) => text !== undefined && entry.startsWith('taken')).length
    },
    close: async () => undefined,
  }
}

redisTests(describe)('a worker that keeps what it has done', () => {
  it('REDIS-02 commits no message as handled before the letters are kept that were written before', async () => {
    const server = await start()
    const store = emptyStore()
    const handled: number[] = []
    const failed = (error: MillraceError): void => {
      throw error
    }
    const ledger = new Ledger({
      store,
      run: 'shares',
      resumes: false,
      now: Date.now,
      clock: () => performance.now(),
      failed,
    })
    const shares = await runShares(
      [accept, counting(handled)],
      { front: { nodes: ['accept'] }, back: { nodes: ['count'] } },
      {
        platform: { redis: { url: server.url } },
        settings: { dead_letters: { backend: 'redis' } },
        ledger: (slot) => (slot === 'back#1' ? ledger : undefined),
      },
    )
    closing.push(shares.stop)
    const ask = (n: number) => shares.app.runtime.request(Ask, { n }, { expect: Price, timeoutMs: 50_000 })
    await ask(0)
    expect(store.handled).toBe(1)
    server.pause()
    const asked = [codeOf(ask(1)), codeOf(ask(2))]
    await until('both have been handled', () => handled.length === 3)
    await turn()
    await turn()
    expect(store.handled).toBe(1)
    server.resume()
    expect(await Promise.all(asked)).toEqual(['REPLY_MISSING', undefined])
    expect(store.handled).toBe(3)
  })
})

redisTests(describe)('workers whose dead letters are in Redis', () => {
  const ask = (runtime: Runtime, n: number) => runtime.request(Ask, { n }, { expect: Price, timeoutMs: 50_000 })
  const missing = (runtime: Runtime, n: number) => codeOf(ask(runtime, n))

  async function started(config: string, { url }: RedisServer): Promise<{ runtime: Runtime; heard: Heard }> {
    const overlay = { runtime: { platform: { redis: { url } } } }
    const runtime = await createRuntime({ config: configOf(config), workerFlags: sourceFlags, overlay })
    const heard = new Heard(runtime)
    await runtime.start()
    return { runtime, heard }
  }

  async function killBack(runtime: Runtime, heard: Heard): Promise<void> {
    const failed = heard.next('worker.failed')
    process.kill(runtime.workers().find(({ group }) => group === 'back')?.pid ?? 0, 'SIGKILL')
    await failed
  }

  it('HANDOFF-02 PROC-03 lose no message that is about to become a letter when they are killed', async () => {
    const server = await start()
    const { runtime, heard } = await started('app.yml', server)
    await ask(runtime, 0)
    server.pause()
    const asked = odd(6).map((n) => missing(runtime, n))
    expect(await ask(runtime, 2)).toEqual({ n: 2 }) // it has come behind those that are odd, and is not held up
    await killBack(runtime, heard)
    expect(runtime.counters().replies).toMatchObject({ missing: 0, failed: 0 })
    server.resume()
    expect(await Promise.all(asked)).toEqual(['REPLY_MISSING', 'REPLY_MISSING', 'REPLY_MISSING'])
    // What the dead worker had sent already may be there too.
    expect([...new Set(await numbersIn(server))]).toEqual(odd(6))
  })

  it('REDIS-02 PROC-03 lose none either where their state is in Redis too', async () => {
    const server = await start()
    const { runtime, heard } = await started('kept.yml', server)
    const asked = odd(80).map((n) => missing(runtime, n))
    await asked[0]
    await killBack(runtime, heard)
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['REPLY_MISSING']))
    expect([...new Set(await numbersIn(server))]).toEqual(odd(80))
    expect(heard.of('backend.may_lose')).toHaveLength(1)
  })
})
