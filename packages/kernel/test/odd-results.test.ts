import { afterEach, describe, expect, it } from '@jest/globals'
import { createRuntime, defineNode, defineSource, type Part, type Runtime } from '../src/index.js'
import { codeOf, Price, Quote } from './shop.js'

const open: Runtime[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.stop()))
})

async function made(nodes: readonly Part[], adapters: Readonly<Record<string, object>> = {}): Promise<Runtime> {
  const app = await createRuntime({ nodes, overlay: { adapters } })
  open.push(app)
  return app
}

function lockedStream(): ReadableStream {
  const stream = new ReadableStream()
  stream.getReader()
  return stream
}

const asynchronous = (next: () => unknown) => ({ [Symbol.asyncIterator]: () => ({ next }) })

function thrown(): never {
  throw new Error('thrown where nobody expects it')
}

/** What the types refuse, and JavaScript does not. */
const iterables: readonly (readonly [string, () => unknown])[] = [
  ['a stream that somebody else reads', lockedStream],
  ['an iterable that cannot be begun', () => ({ [Symbol.iterator]: thrown })],
  ['an asynchronous iterable that throws where it should reject', () => asynchronous(thrown)],
  ['an asynchronous iterable whose step is nothing', () => asynchronous(async () => undefined)],
  ['an iterable whose step is nothing', () => ({ [Symbol.iterator]: () => ({ next: () => undefined }) })],
]

describe('a handler with an odd result', () => {
  // biome-ignore lint/suspicious/noThenProperty: what it is about
  const thenable = { then: thrown }

  it.each([...iterables, ['a thenable that throws', () => thenable] as const])(
    'fails its own request alone: %s',
    async (_, give) => {
      const handle = ({ n }: { readonly n: number }) => (n === 1 ? (give() as undefined) : Price.of({ cents: n }))
      const app = await made([defineNode({ name: 'price', consumes: Quote, emits: [Price], handle })])
      await app.start()
      const odd = app.request(Quote, { sku: 'a', n: 1 }, { expect: Price, timeoutMs: 2000 })
      const even = app.request(Quote, { sku: 'a', n: 2 }, { expect: Price, timeoutMs: 2000 })
      expect(await codeOf(odd)).toBe('NODE_FAILED')
      expect(await even).toEqual({ cents: 2 })
      expect(app.counters()).toMatchObject({ inFlight: 0, replies: { tickets_open: 0 } })
    },
  )

  it('is handled once when its thenable settles twice', async () => {
    // biome-ignore lint/suspicious/noThenProperty: what it is about
    const twice = { then: (settle: (message: unknown) => void) => [1, 2].map((cents) => settle(Price.of({ cents }))) }
    const handle = () => twice as unknown as undefined
    const app = await made([defineNode({ name: 'price', consumes: Quote, emits: [Price], handle })])
    await app.start()
    const reply = app.request(Quote, { sku: 'a', n: 1 }, { expect: Price })
    expect(await reply).toEqual({ cents: 1 })
    expect(app.counters()).toMatchObject({ inFlight: 0, replies: { duplicate_terminal: 0, late_reply_drop: 0 } })
    expect(await app.stop()).toBe('graceful')
  })
})

describe('a reply that writes something else of itself', () => {
  /** Fits its schema, as an object that an ORM has made may. */
  class Entity {
    readonly cents = 1
    toJSON(): object {
      return { price: this.cents }
    }
  }

  const handle = ({ n }: { readonly n: number }) => Price.of(n === 1 ? new Entity() : { cents: n })
  const price = defineNode({ name: 'price', consumes: Quote, emits: [Price], handle })

  it('fails its own request alone', async () => {
    const app = await made([price])
    await app.start()
    const odd = app.request(Quote, { sku: 'a', n: 1 }, { expect: Price, timeoutMs: 2000 })
    const even = app.request(Quote, { sku: 'a', n: 2 }, { expect: Price, timeoutMs: 2000 })
    await expect(odd).rejects.toMatchObject({ code: 'PAYLOAD_INVALID', facts: { type: Price.name } })
    expect(await even).toEqual({ cents: 2 })
    expect(app.counters()).toMatchObject({ inFlight: 0, replies: { tickets_open: 0 } })
  })

  it('fails its own stream alone', async () => {
    const app = await made([price])
    await app.start()
    const prices = app.stream(Quote, { sku: 'a', n: 1 }, { expect: Price, timeoutMs: 2000 })
    expect(await codeOf(prices[Symbol.asyncIterator]().next())).toBe('PAYLOAD_INVALID')
    expect(app.counters()).toMatchObject({ inFlight: 0, replies: { tickets_open: 0 } })
  })
})

describe('a source with an odd result', () => {
  it.each(iterables)('fails its run: %s', async (_, give) => {
    const read = () => give() as Iterable<never>
    const ignore = defineNode({ name: 'ignore', consumes: Quote, emits: [], handle: () => undefined })
    const app = await made([defineSource({ name: 'quotes', emits: [Quote], read }), ignore], { quotes: {} })
    expect(await codeOf(app.run())).toBe('SOURCE_FAILED')
  })
})
