import { describe, expect, it } from '@jest/globals'
import {
  createRuntime,
  defineMessage,
  defineNode,
  defineSink,
  defineSource,
  type MillraceEvent,
  type Part,
  type Runtime,
  type RuntimeOptions,
  Type,
} from '../src/index.js'
import { codeOf, Done, deferred, numbered, Price, Quote, Step, turn, until } from './shop.js'

/** A source of numbered messages, as lists of ten. */
function numbers(count: number) {
  return defineSource({
    name: 'numbers',
    emits: [Step],
    *read() {
      const messages = numbered(Step, count)
      for (let at = 0; at < count; at += 10) yield messages.slice(at, at + 10)
    },
  })
}

/** What a sink has seen, and how it was ended. */
interface Book {
  readonly written: number[]
  readonly ends: string[]
}

function book(taken: Book, write: (n: number) => void | Promise<void> = () => undefined) {
  return defineSink({
    name: 'book',
    consumes: Done,
    open: () => ({
      write: ({ n }) => {
        taken.written.push(n)
        return write(n)
      },
      complete: () => {
        taken.ends.push('complete')
        return { lines: taken.written.length }
      },
      close: () => void taken.ends.push('close'),
    }),
  })
}

function finish(
  handle: (n: number) => number | Promise<number>,
  options: { readonly onError?: 'fail' | 'drop' | 'dead_letter' } = {},
) {
  return defineNode({
    name: 'finish',
    consumes: Step,
    emits: [Done],
    ...options,
    handle: ({ n }) => {
      const result = handle(n)
      return typeof result === 'number' ? Done.of({ n: result }) : result.then((value) => Done.of({ n: value }))
    },
  })
}

const adapters = { numbers: {}, book: {} }

function make(
  nodes: readonly Part[],
  options: Partial<RuntimeOptions> = {},
  runtime: Readonly<Record<string, unknown>> = {},
): Promise<Runtime> {
  return createRuntime({ nodes, overlay: { adapters, runtime }, ...options })
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

describe('run', () => {
  it('sends every message of a source to the sinks in source order, and tells what became of it', async () => {
    const taken: Book = { written: [], ends: [] }
    const app = await make([numbers(95), finish((n) => n), book(taken)])
    const result = await app.run()
    expect(taken).toEqual({ written: upTo(95), ends: ['complete', 'close'] })
    expect(result).toMatchObject({
      roots: { numbers: 95 },
      reports: { book: { lines: 95 } },
      counters: { inFlight: 0 },
    })
  })

  it('keeps source order through an asynchronous node whose later messages are done first', async () => {
    const taken: Book = { written: [], ends: [] }
    const shuffled = finish(async (n) => {
      for (let turns = 0; turns < (n * 7) % 5; turns++) await turn()
      return n
    })
    await (await make([numbers(200), shuffled, book(taken)])).run()
    expect(taken.written).toEqual(upTo(200))
  })

  it('takes what comes first where sink_mode is completion', async () => {
    const taken: Book = { written: [], ends: [] }
    const late = deferred()
    const first = finish(async (n) => {
      if (n === 0) await late.promise
      if (n === 9) late.resolve()
      return n
    })
    await (await make([numbers(10), first, book(taken)], {}, { ordering: { sink_mode: 'completion' } })).run()
    expect(taken.written[9]).toBe(0)
    expect([...taken.written].sort()).toEqual(upTo(10))
  })

  it('reads no further than admission allows while the sink is slow', async () => {
    const taken: Book = { written: [], ends: [] }
    const gate = deferred()
    let read = 0
    const source = defineSource({
      name: 'numbers',
      emits: [Step],
      *read() {
        for (let n = 0; n < 1000; n++) {
          read++
          yield Step.of({ n })
        }
      },
    })
    const app = await make([source, finish((n) => n), book(taken, () => gate.promise)], {}, { max_in_flight: 8 })
    const running = app.run()
    for (let turns = 0; turns < 100; turns++) await turn()
    expect(taken.written.length).toBe(1)
    expect(read).toBeLessThanOrEqual(9)
    gate.resolve()
    await running
    expect(taken.written.length).toBe(1000)
  })

  it('lets the event loop turn while a synchronous graph works', async () => {
    let turns = 0
    let working = true
    const count = (): void => {
      turns++
      if (working) setImmediate(count)
    }
    setImmediate(count)
    const busy = finish((n) => {
      const end = performance.now() + 0.2
      while (performance.now() < end);
      return n
    })
    await (await make([numbers(1000), busy, book({ written: [], ends: [] })])).run()
    working = false
    expect(turns).toBeGreaterThan(5)
  })

  it('lets the event loop turn while handlers resolve in microtasks alone', async () => {
    let turns = 0
    let working = true
    const count = (): void => {
      turns++
      if (working) setImmediate(count)
    }
    setImmediate(count)
    const busy = finish(async (n) => {
      const end = performance.now() + 0.2
      while (performance.now() < end);
      return n
    })
    await (await make([numbers(1000), busy, book({ written: [], ends: [] })])).run()
    working = false
    expect(turns).toBeGreaterThan(5)
  })

  it('runs a chain of two thousand nodes, deeper than the stack would bear', async () => {
    const types = Array.from({ length: 2001 }, (_, index) =>
      defineMessage(`t${index}`, Type.Object({ n: Type.Integer() }), { reply: index === 2000 }),
    )
    const nodes = types.slice(1).map((out, index) =>
      defineNode({
        name: `n${index}`,
        consumes: types[index] ?? out,
        emits: [out],
        handle: ({ n }) => out.of({ n: n + 1 }),
      }),
    )
    const [first = Step, ...rest] = types
    const app = await createRuntime({ nodes, checks: { validate: 'entry', freeze: false } })
    await app.start()
    expect(await app.request(first, { n: 0 }, { expect: rest[1999] ?? first })).toEqual({ n: 2000 })
    await app.stop()
  })

  it('emits start, ready, run and stop events in this order', async () => {
    const names: string[] = []
    const app = await make([numbers(5), finish((n) => n), book({ written: [], ends: [] })])
    app.subscribe(({ name }: MillraceEvent) => names.push(name))
    await app.run()
    expect(names).toEqual([
      'runtime.starting',
      'runtime.ready',
      'runtime.running',
      'source.exhausted',
      'runtime.draining',
      'runtime.stopping',
      'runtime.stopped',
    ])
  })

  it('says that there is nothing to run where no source is active', async () => {
    const app = await createRuntime({
      nodes: [finish((n) => n), book({ written: [], ends: [] })],
      overlay: { adapters: { book: {} } },
    })
    await expect(app.run()).rejects.toThrow('CONFIG_INVALID: there is nothing to run to its end: no source is active')
  })
})

describe('a run that fails', () => {
  it('writes everything before the message whose handler threw and nothing after it, and does not complete the sink', async () => {
    const taken: Book = { written: [], ends: [] }
    const app = await make([
      numbers(100),
      finish((n) => {
        if (n === 42) throw new Error('no 42')
        return n
      }),
      book(taken),
    ])
    await expect(app.run()).rejects.toMatchObject({
      code: 'NODE_FAILED',
      facts: { node: 'finish' },
      cause: new Error('no 42'),
    })
    expect(taken).toEqual({ written: upTo(42), ends: ['close'] })
  })

  it('HANDOFF-E-03 reports the first failure; that a sink then cannot be closed is an event', async () => {
    const unclosable = defineSink({
      name: 'unclosable',
      consumes: Done,
      open: () => ({ write: () => undefined, close: () => Promise.reject(new Error('device gone')) }),
    })
    const app = await make(
      [
        numbers(100),
        finish((n) => {
          if (n === 42) throw new Error('no 42')
          return n
        }),
        unclosable,
      ],
      { overlay: { adapters: { numbers: {}, unclosable: {} } } },
    )
    const failures: unknown[] = []
    app.subscribe(({ name, facts }) => name === 'service.close_failed' && failures.push(facts))
    await expect(app.run()).rejects.toMatchObject({ code: 'NODE_FAILED', facts: { node: 'finish' } })
    expect(failures).toMatchObject([{ service: 'unclosable' }])
  })

  it('writes everything before it also when earlier messages are still at work and later ones are done', async () => {
    const taken: Book = { written: [], ends: [] }
    const gate = deferred()
    const app = await make(
      [
        numbers(100),
        finish(async (n) => {
          if (n < 10) await gate.promise
          if (n === 42) {
            setImmediate(gate.resolve)
            throw new Error('no 42')
          }
          return n
        }),
        book(taken),
      ],
      {},
      { max_in_flight: 100 },
    )
    expect(await codeOf(app.run())).toBe('NODE_FAILED')
    expect(taken).toEqual({ written: upTo(42), ends: ['close'] })
  })

  it('ends when an earlier message fails after a later one: what waited between them is given up', async () => {
    const taken: Book = { written: [], ends: [] }
    const later = deferred()
    const app = await make(
      [
        numbers(50),
        finish(async (n) => {
          if (n === 42) {
            setImmediate(later.resolve)
            throw new Error('no 42')
          }
          if (n === 7) {
            await later.promise
            throw new Error('no 7')
          }
          return n
        }),
        book(taken),
      ],
      {},
      { max_in_flight: 100, platform: { lifecycle: { graceful_timeout_seconds: 3600 } } },
    )
    expect(await codeOf(app.run())).toBe('NODE_FAILED')
    expect(taken).toEqual({ written: upTo(7), ends: ['close'] })
  })

  it('ends when the source throws: what it gave is written', async () => {
    const taken: Book = { written: [], ends: [] }
    const source = defineSource({
      name: 'numbers',
      emits: [Step],
      *read() {
        yield numbered(Step, 7)
        throw new Error('the disk is gone')
      },
    })
    const app = await make([source, finish((n) => n), book(taken)])
    await expect(app.run()).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
      message: "SOURCE_FAILED: source 'numbers' could not be read on",
    })
    expect(taken).toEqual({ written: upTo(7), ends: ['close'] })
  })

  it('ends when a source gives a payload that its type refuses', async () => {
    const source = defineSource({ name: 'numbers', emits: [Step], read: () => [Step.of({ n: 0.5 })] })
    const app = await make([source, finish((n) => n), book({ written: [], ends: [] })])
    expect(await codeOf(app.run())).toBe('PAYLOAD_INVALID')
  })

  it('ends when the sink throws; the source is told', async () => {
    const taken: Book = { written: [], ends: [] }
    let told = false
    const source = defineSource({
      name: 'numbers',
      emits: [Step],
      async *read({ signal }) {
        try {
          for (let n = 0; ; n++) {
            await turn()
            yield Step.of({ n })
          }
        } finally {
          told = signal.aborted
        }
      },
    })
    const full = book(taken, (n) => {
      if (n === 3) throw new Error('no space left on device')
    })
    const app = await make([source, finish((n) => n), full])
    await expect(app.run()).rejects.toMatchObject({
      code: 'SINK_FAILED',
      message: "SINK_FAILED: sink 'book' could not write a message",
      facts: { node: 'book' },
    })
    expect(taken).toEqual({ written: upTo(4), ends: ['close'] })
    await until('the source was told', () => told)
  })

  it('ends when a sink’s write is rejected later', async () => {
    const taken: Book = { written: [], ends: [] }
    const full = book(taken, async (n) => {
      await turn()
      if (n === 3) throw new Error('no space left on device')
    })
    const app = await make([numbers(50), finish((n) => n), full])
    expect(await codeOf(app.run())).toBe('SINK_FAILED')
    expect(taken.written).toEqual(upTo(4))
  })

  it('ends although a handler of an earlier message never does, when graceful_timeout_seconds have passed', async () => {
    const taken: Book = { written: [], ends: [] }
    const stuck = finish(async (n) => {
      if (n === 5) throw new Error('no 5')
      if (n === 3) await new Promise(() => undefined)
      return n
    })
    const app = await make(
      [numbers(10), stuck, book(taken)],
      {},
      { platform: { lifecycle: { graceful_timeout_seconds: 0.05 } } },
    )
    expect(await codeOf(app.run())).toBe('NODE_FAILED')
    expect(taken).toEqual({ written: [0, 1, 2], ends: ['close'] })
  })

  it('fails when a sink cannot be completed', async () => {
    const sink = defineSink({
      name: 'book',
      consumes: Done,
      open: () => ({ write: () => undefined, complete: () => Promise.reject(new Error('rename failed')) }),
    })
    const app = await make([numbers(5), finish((n) => n), sink])
    await expect(app.run()).rejects.toMatchObject({
      message: "SINK_FAILED: sink 'book' could not be completed",
      cause: new Error('rename failed'),
    })
  })

  it('fails when a sink reports what JSON does not carry', async () => {
    const sink = defineSink({
      name: 'book',
      consumes: Done,
      open: () => ({ write: () => undefined, complete: () => ({ bytes: 5n }) }),
    })
    const app = await make([numbers(5), finish((n) => n), sink])
    await expect(app.run()).rejects.toMatchObject({
      message: "SINK_FAILED: sink 'book' could not be completed",
      cause: new TypeError('Do not know how to serialize a BigInt'),
    })
  })

  it('does not start when a sink cannot be opened; what was open is closed again', async () => {
    const taken: Book = { written: [], ends: [] }
    const broken = defineSink({
      name: 'broken',
      consumes: Done,
      open: () => Promise.reject(new Error('permission denied')),
    })
    const app = await make([numbers(5), finish((n) => n), book(taken), broken], {
      overlay: { adapters: { ...adapters, broken: {} } },
    })
    await expect(app.run()).rejects.toMatchObject({
      code: 'BOOT_START_FAILED',
      message: "BOOT_START_FAILED: sink 'broken' could not be opened, so nothing has run: permission denied",
    })
    expect(taken).toEqual({ written: [], ends: ['close'] })
  })

  it('does not start when a reply cannot be serialised by its schema; the sinks that were open are closed again', async () => {
    const taken: Book = { written: [], ends: [] }
    const lost = Type.Unsafe<{ a: string }>({ type: 'object', properties: { a: { $ref: '#/nowhere' } } })
    const Lost = defineMessage('shop.lost', lost, { reply: true })
    const answer = defineNode({ name: 'answer', consumes: Quote, emits: [Lost], handle: () => Lost.of({ a: '' }) })
    const app = await make([numbers(10), finish((n) => n), book(taken), answer])
    expect(await codeOf(app.start())).toBe('BOOT_START_FAILED')
    expect(taken.ends).toEqual(['close'])
  })

  it('is completed although it is stopped while its sinks complete', async () => {
    const log: string[] = []
    const gate = deferred()
    const sink = defineSink({
      name: 'book',
      consumes: Done,
      open: () => ({
        write: () => undefined,
        complete: async () => {
          log.push('completing')
          await gate.promise
          log.push('completed')
        },
        close: () => void log.push('closed'),
      }),
    })
    const app = await make([numbers(5), finish((n) => n), sink])
    const running = app.run()
    await until('the sink completes', () => log.length === 1)
    const stopped = app.stop()
    gate.resolve()
    expect(await stopped).toBe('graceful')
    expect((await running).roots).toEqual({ numbers: 5 })
    expect(log).toEqual(['completing', 'completed', 'closed'])
  })

  it('reports SHUTTING_DOWN when it was stopped before its end; what was accepted is written', async () => {
    const taken: Book = { written: [], ends: [] }
    const endless = defineSource({
      name: 'numbers',
      emits: [Step],
      async *read() {
        for (let n = 0; ; n++) {
          await turn()
          yield Step.of({ n })
        }
      },
    })
    const app = await make([endless, finish((n) => turn().then(() => n)), book(taken)])
    const running = codeOf(app.run())
    await until('some are written', () => taken.written.length > 10)
    expect(await app.stop()).toBe('graceful')
    expect(await running).toBe('SHUTTING_DOWN')
    expect(taken.written).toEqual(upTo(taken.written.length))
    expect(taken.ends).toEqual(['close'])
  })

  it('stops by force, and says so, when work does not end within graceful_timeout_seconds', async () => {
    const taken: Book = { written: [], ends: [] }
    const app = await make(
      [numbers(5), finish(() => new Promise<number>(() => undefined)), book(taken)],
      {},
      { platform: { lifecycle: { graceful_timeout_seconds: 0.05 } } },
    )
    const running = codeOf(app.run())
    await turn()
    expect(await app.stop()).toBe('forced')
    expect(await running).toBe('SHUTTING_DOWN')
    expect(taken.ends).toEqual(['close'])
  })
})

describe('onError', () => {
  const odd = (n: number): number => {
    if (n % 2 === 1) throw new Error('odd')
    return n
  }

  it('drop: the message is dropped and counted, the run goes on', async () => {
    const taken: Book = { written: [], ends: [] }
    const app = await make([numbers(10), finish(odd, { onError: 'drop' }), book(taken)])
    const { counters } = await app.run()
    expect(taken.written).toEqual([0, 2, 4, 6, 8])
    expect(counters.givenUp).toMatchObject({ dropped: 5 })
  })

  it.each(['drop', 'dead_letter'] as const)('%s: the event says what the handler threw', async (onError) => {
    const app = await createRuntime({
      nodes: [numbers(2), finish(odd, { onError }), book({ written: [], ends: [] })],
      overlay: { adapters, dead_letters: { path: '/dev/null' } },
    })
    const told: unknown[] = []
    app.subscribe(({ name, facts }) => name.startsWith('message.') && told.push(facts))
    await app.run()
    expect(told).toMatchObject([{ node: 'finish', code: 'NODE_FAILED', reason: 'odd', trace: expect.any(String) }])
  })

  it('a dead letter that cannot be written fails its root: the disk is full', async () => {
    const app = await createRuntime({
      nodes: [numbers(10), finish(odd, { onError: 'dead_letter' }), book({ written: [], ends: [] })],
      overlay: { adapters, dead_letters: { path: '/dev/full' } },
    })
    await expect(app.run()).rejects.toMatchObject({
      code: 'NODE_FAILED',
      message:
        "NODE_FAILED: a dead letter of node 'finish' could not be written; free some space, or choose another dead_letters.path",
      facts: { node: 'finish' },
      cause: { code: 'ENOSPC' },
    })
  })

  it('dead_letter without a file for them is found by preflight', async () => {
    const app = make([numbers(10), finish(odd, { onError: 'dead_letter' }), book({ written: [], ends: [] })])
    await expect(app).rejects.toThrow(
      "CONFIG_INVALID: dead_letters.path is required: node 'finish' sends what it cannot handle to the dead letters; name a file for them, or set dead_letters.backend: redis",
    )
  })
})

describe('several sources', () => {
  it('run together; the run ends when all have', async () => {
    const taken: Book = { written: [], ends: [] }
    const more = defineSource({ name: 'more', emits: [Step], read: () => [numbered(Step, 3)] })
    const app = await make([numbers(20), more, finish((n) => n), book(taken)], {
      overlay: { adapters: { ...adapters, more: {} } },
    })
    expect((await app.run()).roots).toEqual({ numbers: 20, more: 3 })
    expect(taken.written.length).toBe(23)
  })

  it('take turns while admission is full: one that gives more and more keeps no other from its messages', async () => {
    const taken: Book = { written: [], ends: [] }
    let isOver = false
    const endless = defineSource({
      name: 'numbers',
      emits: [Step],
      *read() {
        while (!isOver) yield Step.of({ n: 0 })
      },
    })
    const few = defineSource({
      name: 'few',
      emits: [Step],
      *read() {
        yield* numbered(Step, 4).slice(1)
      },
    })
    let handled = 0
    const slow = finish(async (n) => {
      await turn()
      isOver ||= n === 3 || ++handled === 1000
      return n
    })
    const overlay = { adapters: { ...adapters, few: {} }, runtime: { max_in_flight: 2 } }
    await (await createRuntime({ nodes: [endless, few, slow, book(taken)], overlay })).run()
    expect(taken.written.filter((n) => n > 0)).toEqual([1, 2, 3])
    expect(handled).toBeLessThan(20)
  })
})

describe('a run that also answers requests', () => {
  it('waits for a request that is in flight before its sinks are completed', async () => {
    const gate = deferred()
    const taken: Book = { written: [], ends: [] }
    const answer = defineNode({
      name: 'answer',
      consumes: Quote,
      emits: [Price],
      handle: async () => {
        await gate.promise
        return Price.of({ cents: 1 })
      },
    })
    const app = await make([numbers(3), finish((n) => n), book(taken), answer])
    await app.start()
    const asked = app.request(Quote, { sku: 'a', n: 1 }, { expect: Price })
    const running = app.run()
    await until('the source is written', () => taken.written.length === 3)
    expect(taken.ends).toEqual([])
    gate.resolve()
    expect(await asked).toEqual({ cents: 1 })
    await running
    expect(taken.ends).toEqual(['complete', 'close'])
  })
})
