import { getMaxListeners } from 'node:events'
import { afterEach, describe, expect, it } from '@jest/globals'
import type { MillraceEvent } from '@millrace/contracts'
import { createRuntime, defineNode, defineService, type Part, type Runtime, Type, token } from '../src/index.js'
import { Count, codeOf, Done, deferred, Item, Price, Quote, Step, turn, until } from './shop.js'

const open: Runtime[] = []

async function start(nodes: readonly Part[], runtime: Readonly<Record<string, unknown>> = {}): Promise<Runtime> {
  const app = await createRuntime({ nodes, overlay: { runtime } })
  open.push(app)
  await app.start()
  return app
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.stop()))
})

const price = defineNode({
  name: 'price',
  consumes: Quote,
  emits: [Price],
  handle: ({ n }) => Price.of({ cents: n * 21 }),
})

/** Answers when it is told to. */
function slowPrice(gate: { readonly promise: Promise<void> }, seen: (signal: AbortSignal) => void = () => undefined) {
  return defineNode({
    name: 'price',
    consumes: Quote,
    emits: [Price],
    handle: async ({ n }, { signal }) => {
      seen(signal)
      await gate.promise
      return Price.of({ cents: n })
    },
  })
}

async function first(items: AsyncIterable<unknown>): Promise<unknown> {
  for await (const item of items) return item
  return undefined
}

describe('request', () => {
  it('answers the caller that asked, among a thousand', async () => {
    const app = await start([price])
    const asked = Array.from({ length: 1000 }, (_, n) => n + 1)
    const prices = await Promise.all(asked.map((n) => app.request(Quote, { sku: 'a', n }, { expect: Price })))
    expect(prices.map(({ cents }) => cents)).toEqual(asked.map((n) => n * 21))
    expect(app.counters().replies).toMatchObject({ replied: 1000, in_flight: 0 })
    expect(app.counters().inFlight).toBe(0)
  })

  it('refuses a payload that does not match its schema, and names the field', async () => {
    const app = await start([price])
    const wrong = app.request(Quote, { sku: 'a', n: 0 }, { expect: Price })
    await expect(wrong).rejects.toMatchObject({
      code: 'PAYLOAD_INVALID',
      facts: { mistakes: ['n must be a whole number of at least 1'] },
    })
  })

  it('refuses to expect a type that is no reply', async () => {
    const app = await start([price])
    await expect(app.request(Quote, { sku: 'a', n: 1 }, { expect: Quote })).rejects.toThrow(
      "'shop.quote' cannot be expected: it is no reply type; define it with { reply: true }",
    )
  })

  it('says what is wrong with a request in JavaScript that names no types', async () => {
    const app = await start([price])
    const untyped = app as unknown as { request(...given: readonly unknown[]): Promise<unknown> }
    const quote = { sku: 'a', n: 1 }
    await expect(untyped.request('shop.quote', quote, { expect: Price })).rejects.toThrow(
      new TypeError(
        'A request is of something that is no message type (got string); give what defineMessage or defineBytes returns',
      ),
    )
    await expect(untyped.request(Quote, quote)).rejects.toThrow(
      'A request expects something that is no message type (got undefined)',
    )
    await expect(untyped.request(Quote, quote, { expect: 'shop.price' })).rejects.toThrow('A request expects something')
  })

  it('REPLY-08 fails with REPLY_MISSING at once when all work has ended without a reply', async () => {
    const silent = defineNode({ name: 'silent', consumes: Quote, emits: [Price], handle: async () => undefined })
    const app = await start([silent])
    const missing = app.request(Quote, { sku: 'a', n: 1 }, { expect: Price, timeoutMs: 3_600_000 })
    expect(await codeOf(missing)).toBe('REPLY_MISSING')
  })

  it('lets any number of its handlers listen to its signal, and Node takes them for no leak', async () => {
    const listeners: number[] = []
    const app = await start([
      slowPrice({ promise: Promise.resolve() }, (signal) => listeners.push(getMaxListeners(signal))),
    ])
    await app.request(Quote, { sku: 'a', n: 1 }, { expect: Price })
    expect(listeners).toEqual([Number.POSITIVE_INFINITY])
  })

  it('tells the end of a wait with the trace that the caller knows', async () => {
    const gate = deferred()
    const silent = defineNode({ name: 'silent', consumes: Step, emits: [Item], handle: () => undefined })
    const app = await start([slowPrice(gate), silent])
    const events: MillraceEvent[] = []
    app.subscribe((event) => void events.push(event))
    const asked = { sku: 'a', n: 1 }
    const [missing, late, gone, read, refused] = ['1', '2', '3', '4', '5'].map((digit) => digit.repeat(32))
    const ends = [
      app.request(Step, { n: 1 }, { expect: Item, traceId: missing }),
      app.request(Quote, asked, { expect: Price, traceId: late, timeoutMs: 20 }),
      app.request(Quote, asked, { expect: Price, traceId: gone, signal: AbortSignal.timeout(20) }),
      first(app.stream(Quote, asked, { expect: Price, traceId: read, timeoutMs: 20 })),
      app.request(Quote, asked, { expect: Price, traceId: refused, signal: AbortSignal.abort() }),
    ]
    await Promise.allSettled(ends)
    expect(
      events.flatMap(({ name, facts }) => (name.startsWith('request.') ? [[name, facts.trace]] : [])).sort(),
    ).toEqual([
      ['request.cancelled', gone],
      ['request.cancelled', refused],
      ['request.missing', missing],
      ['request.timeout', late],
      ['request.timeout', read],
    ])
    gate.resolve()
  })

  it('times out, tells the handler by its signal, and leaves nothing behind when the handler has ended', async () => {
    const gate = deferred()
    const signals: AbortSignal[] = []
    const app = await start([slowPrice(gate, (signal) => signals.push(signal))])
    expect(await codeOf(app.request(Quote, { sku: 'a', n: 1 }, { expect: Price, timeoutMs: 20 }))).toBe('REPLY_TIMEOUT')
    expect(signals[0]?.reason).toMatchObject({ code: 'REPLY_TIMEOUT' })
    expect(app.counters().inFlight).toBe(1)
    gate.resolve()
    await until('the handler has ended', () => app.counters().inFlight === 0)
  })

  it('is cancelled by an AbortSignal, with its reason as the cause', async () => {
    const gate = deferred()
    const signals: AbortSignal[] = []
    const app = await start([slowPrice(gate, (signal) => signals.push(signal))])
    const caller = new AbortController()
    const asked = app.request(Quote, { sku: 'a', n: 1 }, { expect: Price, signal: caller.signal })
    await until('the handler runs', () => signals.length === 1)
    caller.abort(new Error('the client is gone'))
    await expect(asked).rejects.toMatchObject({ code: 'REPLY_CANCELLED', cause: new Error('the client is gone') })
    expect(signals[0]?.aborted).toBe(true)
    gate.resolve()
  })

  it('fails with NODE_FAILED when a handler throws; the thrown text stays in the cause, and the operator reads it', async () => {
    const broken = defineNode({
      name: 'broken',
      consumes: Quote,
      emits: [Price],
      handle: () => {
        throw new Error('password is hunter2')
      },
    })
    const app = await start([broken])
    const events: MillraceEvent[] = []
    app.subscribe((event) => void events.push(event))
    const failed = app.request(Quote, { sku: 'a', n: 1 }, { expect: Price })
    await expect(failed).rejects.toMatchObject({
      code: 'NODE_FAILED',
      message: "NODE_FAILED: the handler of node 'broken' threw",
    })
    await expect(failed).rejects.toHaveProperty('cause.message', 'password is hunter2')
    const told = events.find(({ name }) => name === 'root.failed')
    expect(told?.facts).toMatchObject({ code: 'NODE_FAILED', node: 'broken', reason: 'password is hunter2' })
  })

  it('fails with NODE_EMITS_UNDECLARED when a handler returns what its node does not declare', async () => {
    const undeclared = defineNode({
      name: 'undeclared',
      consumes: Quote,
      emits: [Price],
      handle: () => Step.of({ n: 1 }) as never,
    })
    const app = await start([undeclared])
    await expect(app.request(Quote, { sku: 'a', n: 1 }, { expect: Price })).rejects.toMatchObject({
      message:
        "NODE_EMITS_UNDECLARED: node 'undeclared' returned a message of type 'shop.step', which it does not declare; add the type to its emits",
    })
  })

  it('fails with PAYLOAD_INVALID when a reply does not match its schema, in production too', async () => {
    const hollow = defineNode({
      name: 'hollow',
      consumes: Quote,
      emits: [Price],
      handle: () => Price.of({} as { cents: number }),
    })
    const app = await createRuntime({ nodes: [hollow], checks: { validate: 'entry', freeze: false } })
    open.push(app)
    await app.start()
    await expect(app.request(Quote, { sku: 'a', n: 1 }, { expect: Price })).rejects.toMatchObject({
      message: "PAYLOAD_INVALID: a payload of type 'shop.price' does not match its schema: cents is required",
    })
  })

  it('counts a timeout once, and no late reply where none came', async () => {
    const gate = deferred()
    const silent = defineNode({ name: 'silent', consumes: Quote, emits: [Price], handle: () => gate.promise })
    const app = await start([silent])
    expect(await codeOf(app.request(Quote, { sku: 'a', n: 1 }, { expect: Price, timeoutMs: 10 }))).toBe('REPLY_TIMEOUT')
    gate.resolve()
    await until('the handler has ended', () => app.counters().inFlight === 0)
    expect(app.counters().replies).toMatchObject({ timed_out: 1, late_reply_drop: 0, duplicate_terminal: 0, failed: 0 })
  })

  it('begins nothing for a caller that has gone already', async () => {
    let handled = 0
    const counting = defineNode({ name: 'counting', consumes: Quote, emits: [Price], handle: () => void handled++ })
    const app = await start([counting])
    const gone = AbortSignal.abort(new Error('gone'))
    expect(await codeOf(app.request(Quote, { sku: 'a', n: 1 }, { expect: Price, signal: gone }))).toBe(
      'REPLY_CANCELLED',
    )
    for (let turns = 0; turns < 10; turns++) await turn()
    expect([handled, app.counters().inFlight]).toEqual([0, 0])
  })

  it('is refused from the moment stop is called', async () => {
    const app = await start([price])
    const stopped = app.stop()
    expect(await codeOf(app.request(Quote, { sku: 'a', n: 1 }, { expect: Price }))).toBe('SHUTTING_DOWN')
    await stopped
  })

  it('takes undeclared fields out of a reply', async () => {
    const leaky = defineNode({
      name: 'leaky',
      consumes: Quote,
      emits: [Price],
      handle: () => Price.of({ cents: 1, margin: 0.4 } as { cents: number }),
    })
    const app = await start([leaky])
    expect(await app.request(Quote, { sku: 'a', n: 1 }, { expect: Price })).toEqual({ cents: 1 })
  })

  it('counts a second reply of one root and drops it', async () => {
    const twice = defineNode({
      name: 'twice',
      consumes: Quote,
      emits: [Price],
      handle: () => [Price.of({ cents: 1 }), Price.of({ cents: 2 })],
    })
    const app = await start([twice])
    expect(await app.request(Quote, { sku: 'a', n: 1 }, { expect: Price })).toEqual({ cents: 1 })
    expect(app.counters().replies.duplicate_terminal).toBe(1)
  })

  it('counts a reply that nobody waits for', async () => {
    const both = defineNode({
      name: 'both',
      consumes: Quote,
      emits: [Price, Item],
      handle: () => [Item.of({ i: 1 }), Price.of({ cents: 1 })],
    })
    const app = await start([both])
    await app.request(Quote, { sku: 'a', n: 1 }, { expect: Price })
    expect(app.counters().givenUp.unclaimed).toBe(1)
  })

  it('is refused as OVERLOADED when max_in_flight roots are unfinished, and admitted again after', async () => {
    const gate = deferred()
    const app = await start([slowPrice(gate)], { max_in_flight: 2 })
    const first = [1, 2].map((n) => app.request(Quote, { sku: 'a', n }, { expect: Price }))
    expect(await codeOf(app.request(Quote, { sku: 'a', n: 3 }, { expect: Price }))).toBe('OVERLOADED')
    gate.resolve()
    await Promise.all(first)
    await until('the roots have ended', () => app.counters().inFlight === 0)
    expect(await app.request(Quote, { sku: 'a', n: 4 }, { expect: Price })).toEqual({ cents: 4 })
  })

  it('is refused as OVERLOADED when max_in_flight_bytes are unfinished', async () => {
    const gate = deferred()
    const app = await start([slowPrice(gate)], { max_in_flight_bytes: 1000 })
    const large = app.request(Quote, { sku: 'a'.repeat(500), n: 1 }, { expect: Price })
    expect(await codeOf(app.request(Quote, { sku: 'a', n: 2 }, { expect: Price }))).toBe('OVERLOADED')
    gate.resolve()
    await large
  })

  it('refuses an envelope above max_payload_bytes at its emitter, in memory too', async () => {
    const Text = defineNode({
      name: 'grow',
      consumes: Count,
      emits: [Quote],
      handle: ({ n }) => Quote.of({ sku: 'a'.repeat(n), n: 1 }),
    })
    const app = await start([Text, price])
    const bytes = 1_048_576
    const fits = bytes - '{"sku":"","n":1}'.length
    expect(await app.request(Count, { n: fits }, { expect: Price })).toEqual({ cents: 21 })
    await expect(app.request(Count, { n: fits + 1 }, { expect: Price })).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      facts: { type: 'shop.quote', bytes: bytes + 1, max_payload_bytes: bytes },
    })
  })

  it('is refused before the start and after the stop', async () => {
    const app = await createRuntime({ nodes: [price] })
    expect(await codeOf(app.request(Quote, { sku: 'a', n: 1 }, { expect: Price }))).toBe('BOOT_NOT_READY')
    await app.start()
    await app.stop()
    expect(await codeOf(app.request(Quote, { sku: 'a', n: 1 }, { expect: Price }))).toBe('SHUTTING_DOWN')
  })
})

describe('nested request', () => {
  const double = defineNode({
    name: 'double',
    consumes: Count,
    emits: [Item],
    handle: async ({ n }, { request, deadline, traceId }) => {
      const { cents } = await request(Quote, { sku: traceId, n }, { expect: Price })
      return Item.of({ i: cents + ((deadline ?? 0) > 0 ? 1 : 0) })
    },
  })

  it('answers the handler that asked', async () => {
    const app = await start([double, price])
    expect(await app.request(Count, { n: 2 }, { expect: Item })).toEqual({ i: 43 })
  })

  it('REPLY-10 is refused with REPLY_TIMEOUT when the time of its caller is over', async () => {
    const called: string[] = []
    const codes: (string | undefined)[] = []
    const callee = defineNode({
      name: 'callee',
      consumes: Quote,
      emits: [Price],
      handle({ sku }) {
        called.push(sku)
        return Price.of({ cents: 1 })
      },
    })
    const caller = defineNode({
      name: 'caller',
      consumes: Count,
      emits: [Item],
      async handle(_count, { request, deadline = 0 }) {
        while (Date.now() <= deadline); // nothing else has a turn
        codes.push(await codeOf(request(Quote, { sku: 'late', n: 1 }, { expect: Price })))
        return Item.of({ i: 1 })
      },
    })
    const app = await start([caller, callee])
    expect(await codeOf(app.request(Count, { n: 1 }, { expect: Item, timeoutMs: 50 }))).toBe('REPLY_TIMEOUT')
    await until('nothing is left', () => app.counters().inFlight === 0 && app.counters().replies.in_flight === 0)
    expect([codes, called]).toEqual([['REPLY_TIMEOUT'], []])
  })

  it('REPLY-10 cannot outlive its caller: the callee sees a deadline within the caller’s, and the same trace', async () => {
    const deadlines: number[] = []
    const traces: string[] = []
    const callee = defineNode({
      name: 'callee',
      consumes: Quote,
      emits: [Price],
      handle: async ({ sku }, { deadline, traceId, signal }) => {
        deadlines.push(deadline ?? Number.POSITIVE_INFINITY)
        traces.push(sku, traceId)
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        return Price.of({ cents: 1 })
      },
    })
    const caller = defineNode({
      name: 'caller',
      consumes: Count,
      emits: [Item],
      handle: async (_count, { request, deadline, traceId }) => {
        deadlines.push(deadline ?? Number.POSITIVE_INFINITY)
        await request(Quote, { sku: traceId, n: 1 }, { expect: Price, timeoutMs: 3_600_000 })
        return Item.of({ i: 1 })
      },
    })
    const app = await start([caller, callee])
    expect(await codeOf(app.request(Count, { n: 1 }, { expect: Item, timeoutMs: 50 }))).toBe('REPLY_TIMEOUT')
    const [ofCaller = 0, ofCallee = 0] = deadlines
    expect(ofCallee).toBeLessThanOrEqual(ofCaller)
    expect(traces[0]).toBe(traces[1])
    await until('nothing is left', () => app.counters().inFlight === 0 && app.counters().replies.in_flight === 0)
  })

  it('is exempt from admission: a full runtime still finishes what it has', async () => {
    const app = await start([double, price], { max_in_flight: 1 })
    expect(await app.request(Count, { n: 2 }, { expect: Item })).toEqual({ i: 43 })
  })

  it('is exempt from drain', async () => {
    const gate = deferred()
    const later = defineNode({
      name: 'later',
      consumes: Count,
      emits: [Item],
      handle: async ({ n }, { request }) => {
        await gate.promise
        return Item.of({ i: (await request(Quote, { sku: 'a', n }, { expect: Price })).cents })
      },
    })
    const app = await start([later, price])
    const asked = app.request(Count, { n: 2 }, { expect: Item })
    await turn()
    const stopped = app.stop()
    gate.resolve()
    expect(await asked).toEqual({ i: 42 })
    expect(await stopped).toBe('graceful')
  })
})

describe('targets and fan-out', () => {
  const collect = (name: string, seen: string[]) =>
    defineNode({ name, consumes: Step, handle: ({ n }) => void seen.push(`${name} ${n}`) })

  it('hands a message to every consumer, in declared order, or to the target it names', async () => {
    const seen: string[] = []
    const spread = defineNode({
      name: 'spread',
      consumes: Count,
      emits: [Step, Item],
      handle: ({ n }) => [Step.of({ n }), Step.of({ n: n + 1 }, { to: 'second' }), Item.of({ i: n })],
    })
    const app = await start([spread, collect('first', seen), collect('second', seen)])
    await app.request(Count, { n: 1 }, { expect: Item })
    expect(seen).toEqual(['first 1', 'second 1', 'second 2'])
  })

  it.each([
    ['nobody', 'ROUTE_UNKNOWN_TARGET'],
    ['price', 'ROUTE_TARGET_REFUSES_TYPE'],
  ])('fails the root when a message names the target %s', async (to, code) => {
    const wrong = defineNode({
      name: 'wrong',
      consumes: Count,
      emits: [Step, Item],
      handle: () => Step.of({ n: 1 }, { to }),
    })
    const app = await start([wrong, collect('first', []), price])
    expect(await codeOf(app.request(Count, { n: 1 }, { expect: Item }))).toBe(code)
  })
})

describe('services and settings', () => {
  it('are injected and validated, with defaults', async () => {
    const Rates = token<{ of(sku: string): number }>('shop.rates')
    const rated = defineNode({
      name: 'rated',
      consumes: Quote,
      emits: [Price],
      inject: { rates: Rates },
      config: Type.Object({ factor: Type.Integer({ default: 3 }) }),
      handle: ({ sku, n }, { rates, config }) => Price.of({ cents: rates.of(sku) * n * config.factor }),
    })
    const app = await start([rated, defineService(Rates, () => ({ of: () => 2 }))])
    expect(await app.request(Quote, { sku: 'a', n: 5 }, { expect: Price })).toEqual({ cents: 30 })
  })
})

describe('a handler that does nothing wrong in memory and everything wrong elsewhere', () => {
  it('fails in development when it changes its input', async () => {
    const careless = defineNode({
      name: 'careless',
      consumes: Quote,
      emits: [Price],
      handle: (quote) => {
        Object.assign(quote, { n: 7 })
        return Price.of({ cents: 1 })
      },
    })
    const relay = defineNode({
      name: 'relay',
      consumes: Done,
      emits: [Quote],
      handle: ({ n }) => Quote.of({ sku: 'a', n }),
    })
    const app = await start([relay, careless])
    await expect(app.request(Done, { n: 1 }, { expect: Price })).rejects.toHaveProperty(
      'cause.message',
      expect.stringContaining('read only'),
    )
  })

  it('fails in development when it emits a payload that its schema refuses', async () => {
    const wrong = defineNode({ name: 'wrong', consumes: Quote, emits: [Price], handle: () => Price.of({ cents: 0.5 }) })
    const app = await start([wrong])
    expect(await codeOf(app.request(Quote, { sku: 'a', n: 1 }, { expect: Price }))).toBe('PAYLOAD_INVALID')
  })
})
