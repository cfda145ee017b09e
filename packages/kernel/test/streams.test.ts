import { afterEach, describe, expect, it } from '@jest/globals'
import { createRuntime, defineNode, type Part, type Runtime } from '../src/index.js'
import { eventually } from './eventually.js'
import { Count, codeOf, deferred, Item, Quote, Step, turn, until } from './shop.js'

const open: Runtime[] = []

async function start(nodes: readonly Part[]): Promise<Runtime> {
  const app = await createRuntime({ nodes })
  open.push(app)
  await app.start()
  return app
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.stop()))
})

/** Counts up, one item at a time, and tells how far it has come. */
function counting(made: (i: number) => void = () => undefined) {
  return defineNode({
    name: 'counting',
    consumes: Count,
    emits: [Item],
    async *handle({ n }) {
      for (let i = 0; i < n; i++) {
        await turn()
        made(i)
        yield Item.of({ i })
      }
    },
  })
}

async function all<Value>(items: AsyncIterable<Value>): Promise<Value[]> {
  const list: Value[] = []
  for await (const item of items) list.push(item)
  return list
}

describe('stream', () => {
  it('hands over every item, in order', async () => {
    const app = await start([counting()])
    const items = await all(app.stream(Count, { n: 100 }, { expect: Item }))
    expect(items.map(({ i }) => i)).toEqual(Array.from({ length: 100 }, (_, i) => i))
    await until('nothing is left', () => app.counters().inFlight === 0)
  })

  it('keeps the order of the request when the items come out of asynchronous nodes', async () => {
    const hold = [deferred(), deferred(), deferred()]
    const split = defineNode({
      name: 'split',
      consumes: Count,
      emits: [Step],
      handle: ({ n }) => Array.from({ length: n }, (_, i) => Step.of({ n: i })),
    })
    const late = defineNode({
      name: 'late',
      consumes: Step,
      emits: [Item],
      handle: async ({ n }) => {
        await hold[n]?.promise
        return Item.of({ i: n })
      },
    })
    const app = await start([split, late])
    const items = all(app.stream(Count, { n: 3 }, { expect: Item }))
    for (const one of [...hold].reverse()) {
      one.resolve()
      await turn()
    }
    expect((await items).map(({ i }) => i)).toEqual([0, 1, 2])
  })

  it('holds the producer back: no more than sixteen items are made ahead of whoever takes them', async () => {
    const made: number[] = []
    const app = await start([counting((i) => made.push(i))])
    const taker = app.stream(Count, { n: 1000 }, { expect: Item })[Symbol.asyncIterator]()
    for (let turns = 0; turns < 200; turns++) await turn()
    expect(made.length).toBe(16)
    for (let taken = 0; taken < 10; taken++) await taker.next()
    for (let turns = 0; turns < 200; turns++) await turn()
    expect(made.length).toBe(26)
    await taker.return?.()
  })

  it('lets an ordered node whose reader has stopped make some more ahead when others wait for it, and no more than 4,096', async () => {
    const made: number[] = []
    const app = await start([{ ...counting((i) => made.push(i)), ordered: true }])
    const taker = app.stream(Count, { n: 10_000 }, { expect: Item })[Symbol.asyncIterator]()
    await until('the credit is used', () => made.length === 16)
    const other = all(app.stream(Count, { n: 2 }, { expect: Item }))
    await eventually(() => made.length > 4000)
    for (let turns = 0; turns < 1000; turns++) await turn()
    expect(made.length).toBe(16 + 4096)
    const first = await taker.next()
    await taker.return?.()
    expect([first.value, await other]).toEqual([{ i: 0 }, [{ i: 0 }, { i: 1 }]])
  })

  it('lets the others in once all is made ahead, and hands over every item in order', async () => {
    const app = await start([{ ...counting(), ordered: true }])
    const slow = app.stream(Count, { n: 1000 }, { expect: Item })[Symbol.asyncIterator]()
    const [first] = [await slow.next(), await all(app.stream(Count, { n: 2 }, { expect: Item }))]
    const rest = await all({ [Symbol.asyncIterator]: () => slow })
    expect([first.value, ...rest].map(({ i }) => i)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
    await until('nothing is left', () => app.counters().inFlight === 0)
  })

  it('stops the producer when whoever takes the items ends early', async () => {
    let ended = false
    const endless = defineNode({
      name: 'endless',
      consumes: Count,
      emits: [Item],
      async *handle() {
        try {
          for (let i = 0; ; i++) {
            await turn()
            yield Item.of({ i })
          }
        } finally {
          ended = true
        }
      },
    })
    const app = await start([endless])
    const taken: number[] = []
    for await (const { i } of app.stream(Count, { n: 1 }, { expect: Item })) {
      taken.push(i)
      if (i === 20) break
    }
    expect(taken.length).toBe(21)
    await until('the producer has ended', () => ended && app.counters().inFlight === 0)
  })

  it('throws after the items before it when the producer fails', async () => {
    const failing = defineNode({
      name: 'failing',
      consumes: Count,
      emits: [Item],
      async *handle() {
        yield Item.of({ i: 0 })
        throw new Error('no more')
      },
    })
    const app = await start([failing])
    const taken: number[] = []
    const taking = (async () => {
      for await (const { i } of app.stream(Count, { n: 1 }, { expect: Item })) taken.push(i)
    })()
    expect(await codeOf(taking)).toBe('NODE_FAILED')
    expect(taken).toEqual([0])
  })

  it('ends with SHUTTING_DOWN when the runtime drains', async () => {
    const app = await start([counting()])
    const taker = app.stream(Count, { n: 1_000_000 }, { expect: Item })[Symbol.asyncIterator]()
    await taker.next()
    const stopped = app.stop()
    const rest = (async () => {
      for (let step = await taker.next(); step.done !== true; step = await taker.next());
    })()
    expect(await codeOf(rest)).toBe('SHUTTING_DOWN')
    expect(await stopped).toBe('graceful')
  })
})

describe('order domains', () => {
  /** An ordered node that notes who passes it, on the way of every item. */
  function ordered(seen: string[]) {
    return defineNode({
      name: 'ordered',
      consumes: Step,
      emits: [Item],
      ordered: true,
      handle: ({ n }) => {
        seen.push(`${Math.floor(n / 1000)}:${n % 1000}`)
        return Item.of({ i: n })
      },
    })
  }

  it('ORDER-02 two streams and single requests pass one ordered node: each stream in its order, none waits for another’s idle origin', async () => {
    const seen: string[] = []
    const gates = new Map<number, () => Promise<void>>()
    const origin = defineNode({
      name: 'origin',
      consumes: Count,
      emits: [Step],
      async *handle({ n }) {
        for (let i = 0; i < 3; i++) {
          await gates.get(n)?.()
          yield Step.of({ n: n * 1000 + i })
        }
      },
    })
    const single = defineNode({ name: 'single', consumes: Quote, emits: [Step], handle: ({ n }) => Step.of({ n }) })
    const app = await start([origin, single, ordered(seen)])
    const idle = deferred()
    gates.set(1, () => idle.promise)
    const idleStream = all(app.stream(Count, { n: 1 }, { expect: Item }))
    const busyStream = all(app.stream(Count, { n: 2 }, { expect: Item }))
    expect((await busyStream).map(({ i }) => i)).toEqual([2000, 2001, 2002])
    expect(await app.request(Quote, { sku: 'a', n: 7 }, { expect: Item })).toEqual({ i: 7 })
    expect(seen).toEqual(['2:0', '2:1', '2:2', '0:7'])
    idle.resolve()
    expect((await idleStream).map(({ i }) => i)).toEqual([1000, 1001, 1002])
  })

  it('ORDER-03 a stream into an ordered node flows: the first item is out before the last is in', async () => {
    const seen: string[] = []
    const last = deferred()
    const origin = defineNode({
      name: 'origin',
      consumes: Count,
      emits: [Step],
      async *handle() {
        yield Step.of({ n: 0 })
        await last.promise
        yield Step.of({ n: 1 })
      },
    })
    const app = await start([origin, ordered(seen)])
    const taker = app.stream(Count, { n: 1 }, { expect: Item })[Symbol.asyncIterator]()
    expect(await taker.next()).toEqual({ done: false, value: { i: 0 } })
    expect(seen).toEqual(['0:0'])
    last.resolve()
    expect(await taker.next()).toEqual({ done: false, value: { i: 1 } })
    expect((await taker.next()).done).toBe(true)
  })
})
