import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import {
  type Conversation,
  defineMessage,
  defineNode,
  type EnvelopeRecord,
  JsonText,
  type Link,
  type Part,
} from '@millrace/contracts'
import { createMemoryTransport, type MemoryTransport } from '@millrace/transport-memory'
import { Type } from 'typebox'
import { type Carrier, createCarrier } from './random-carrier.js'
import { converse, type Groups, runShares, type Shares } from './run-shares.js'
import { deferred, pass, until } from './shop.js'

const Ask = defineMessage('shares.ask', Type.Object({ n: Type.Integer() }))
const Half = defineMessage('shares.half', Type.Object({ n: Type.Integer() }))
const Sum = defineMessage('shares.sum', Type.Object({ n: Type.Integer() }), { reply: true })

const first = defineNode({ name: 'first', consumes: Ask, emits: [Half], handle: ({ n }) => Half.of({ n: n + 1 }) })
const second = defineNode({ name: 'second', consumes: Half, emits: [Sum], handle: ({ n }) => Sum.of({ n: n + 1 }) })
const chain: readonly Part[] = [first, second]
const apart: Groups = { one: { nodes: ['first'] }, two: { nodes: ['second'] } }

const open: Shares[] = []
async function shares(nodes: readonly Part[], groups: Groups, runtime?: object): Promise<Shares> {
  const started = await runShares(nodes, groups, { runtime })
  open.push(started)
  return started
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.stop()))
})

const ask = ({ app }: Shares, n: number, options = {}) =>
  app.runtime.request(Ask, { n }, { expect: Sum, timeoutMs: 10_000, ...options })

/** Lets everything that is on its way arrive. */
async function rest(running: Shares): Promise<void> {
  for (let turns = 0; turns < 500 && running.remaining() > 0; turns++) await new Promise((done) => setImmediate(done))
}

describe('requests across workers', () => {
  it('HANDOFF-03 a reply from the last of two workers completes the waiter at the origin, and nothing is left anywhere', async () => {
    const running = await shares(chain, apart)
    expect(await ask(running, 1)).toEqual({ n: 3 })
    await rest(running)
    expect(running.remaining()).toBe(0)
    expect(running.app.runtime.counters()).toMatchObject({ inFlight: 0, replies: { replied: 1, tickets_open: 0 } })
  })

  it('HANDOFF-05 a thousand requests at once are all answered, also those that wait for a drain', async () => {
    const running = await shares(chain, {
      one: { nodes: ['first'], workers: 3 },
      two: { nodes: ['second'], workers: 2 },
    })
    const asked = Array.from({ length: 1000 }, (_, n) => ask(running, n))
    const drained = running.app.runtime.drain()
    expect((await Promise.all(asked)).map(({ n }) => n)).toEqual(asked.map((_, n) => n + 2))
    expect(await drained).toBe(true)
    await rest(running)
    expect(running.remaining()).toBe(0)
  })

  it('HANDOFF-03 every worker gives a root the same trace id, whether it was given one or not', async () => {
    const seen: string[] = []
    const see = (traceId: string): void => void seen.push(traceId)
    const one = defineNode({
      name: 'first',
      consumes: Ask,
      emits: [Half],
      handle: ({ n }, { traceId }) => {
        if (n > 1) see(traceId)
        return Half.of({ n })
      },
    })
    const two = defineNode({
      name: 'second',
      consumes: Half,
      emits: [Sum],
      handle: ({ n }, { traceId }) => {
        see(traceId)
        return Sum.of({ n })
      },
    })
    const running = await shares([one, two], apart)
    const given = 'abcdefabcdefabcdefabcdefabcdefab'
    await ask(running, 2)
    await ask(running, 3, { traceId: given })
    expect(seen[0]).toMatch(/^[0-9a-f]{32}$/u)
    expect(seen).toEqual([seen[0], seen[0], given, given])
  })

  it('REPLY-08 a root that ends two workers further on without a reply fails at once with REPLY_MISSING', async () => {
    const silent = defineNode({ name: 'second', consumes: Half, emits: [Sum], handle: () => undefined })
    const running = await shares([first, silent], apart)
    await expect(ask(running, 1)).rejects.toMatchObject({ code: 'REPLY_MISSING' })
    await rest(running)
    expect(running.remaining()).toBe(0)
  })

  it('HANDOFF-E-02 a handler that throws fails its root with its code, node and worker, and without what it threw', async () => {
    const broken = defineNode({
      name: 'second',
      consumes: Half,
      emits: [Sum],
      handle: () => {
        throw new Error('the password is hunter2')
      },
    })
    const running = await shares([first, broken], apart)
    const failure = await ask(running, 1).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'NODE_FAILED', facts: { node: 'second', worker: 'two#1' } })
    expect(String(failure)).not.toContain('hunter2')
    expect(running.events.find(({ facts }) => facts.reason !== undefined)?.facts).toMatchObject({ node: 'second' })
    await rest(running)
    expect(running.remaining()).toBe(0)
  })

  it('REPLY-09 a cancelled request aborts the handler that works on it two workers further on', async () => {
    const aborted: string[] = []
    let began = (): void => undefined
    const beginning = new Promise<void>((resolve) => {
      began = resolve
    })
    const slow = defineNode({
      name: 'second',
      consumes: Half,
      emits: [Sum],
      handle: (_, { signal }) =>
        new Promise<undefined>((resolve) => {
          began()
          signal.addEventListener('abort', () => {
            aborted.push((signal.reason as { code: string }).code)
            resolve(undefined)
          })
        }),
    })
    const running = await shares([first, slow], apart)
    const cancel = new AbortController()
    const asked = ask(running, 1, { signal: cancel.signal })
    await beginning
    cancel.abort()
    await expect(asked).rejects.toMatchObject({ code: 'REPLY_CANCELLED' })
    await rest(running)
    expect(aborted).toEqual(['REPLY_CANCELLED'])
    expect(running.remaining()).toBe(0)
  })

  it('HANDOFF-D-01 HANDOFF-D-02 the first of two replies wins; the other is counted', async () => {
    const twice = defineNode({
      name: 'second',
      consumes: Half,
      emits: [Sum],
      handle: ({ n }) => [Sum.of({ n }), Sum.of({ n: -n })],
    })
    const running = await shares([first, twice], apart)
    expect(await ask(running, 1)).toEqual({ n: 2 })
    await rest(running)
    const { replies } = running.app.runtime.counters()
    expect(replies.duplicate_terminal + replies.late_reply_drop).toBe(1)
  })

  it('LINK-01 what a lost link carried fails with HANDOFF_TRANSPORT while both live, and the next request goes through', async () => {
    const never = defineNode({
      name: 'second',
      consumes: Half,
      emits: [Sum],
      handle: ({ n }) => (n === 1 ? new Promise<undefined>(() => undefined) : Sum.of({ n })),
    })
    const running = await shares([first, never], apart)
    const stuck = ask(running, 0)
    await new Promise((done) => setTimeout(done, 50))
    expect(running.transport.sever('one#1', 'two#1')).toBe(true)
    await expect(stuck).rejects.toMatchObject({ code: 'HANDOFF_TRANSPORT', facts: { group: 'two' } })
    expect(await ask(running, 5)).toEqual({ n: 6 })
    open.pop()
    await Promise.all([running.app, ...running.workers.values()].map(({ runtime }) => runtime.stop()))
  })
})

describe('a worker that is ready and has not been started', () => {
  it.each(['begin', 'drain'] as const)(
    'PROC-01 gives no node work that others send it, until it is told to %s',
    async (told) => {
      let called = 0
      const counted = defineNode({
        name: 'first',
        consumes: Ask,
        emits: [Half],
        handle: ({ n }) => {
          called++
          return Half.of({ n: n + 1 })
        },
      })
      const running = await runShares([counted, second], apart, { startedLater: ['one#1'] })
      open.push(running)
      const answer = ask(running, 1)
      for (let turns = 0; turns < 50; turns++) await new Promise((done) => setImmediate(done))
      expect([called, running.workers.get('one#1')?.mesh.remaining()]).toEqual([0, 1])
      void running.workers.get('one#1')?.runtime[told]()
      expect([await answer, called]).toEqual([{ n: 3 }, 1])
    },
  )
})

describe('a link that is lost while both workers live', () => {
  /** A node that waits until the test lets it go on, and says when it begins. */
  function gatedNode(onError: 'fail' | 'dead_letter') {
    const begun: number[] = []
    let letGo = (): void => undefined
    const gate = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const node = defineNode({
      name: 'second',
      consumes: Half,
      emits: [Sum],
      onError,
      handle: async ({ n }) => {
        begun.push(n)
        await gate
        return Sum.of({ n: n + 1 })
      },
    })
    return { node, begun, letGo }
  }
  const redelivers: Groups = { one: { nodes: ['first'] }, two: { nodes: ['second'], redeliver: 1 } }
  const turn = () => new Promise((done) => setImmediate(done))

  it('LINK-01 with redelivery its envelopes are sent again, join those that are being worked on, and are answered once', async () => {
    const { node, begun, letGo } = gatedNode('fail')
    const running = await shares([first, node], redelivers)
    const asked = ask(running, 0)
    while (begun.length === 0) await turn()
    running.transport.sever('one#1', 'two#1')
    while (running.workers.get('two#1')?.mesh.counters().repeats !== 1) await turn()
    letGo()
    expect(await asked).toEqual({ n: 2 })
    await rest(running)
    expect([begun, running.remaining()]).toEqual([[1], 0])
    expect(running.workers.get('one#1')?.mesh.counters().redelivered).toBe(1)
    expect(running.app.runtime.counters().replies).toMatchObject({ duplicate_terminal: 0, late_reply_drop: 0 })
  })

  it('LINK-01 what was sent too often is a dead letter where its node says so, and its root goes on without it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-'))
    const path = join(folder, 'dead-letters.ndjson')
    const { node, begun, letGo } = gatedNode('dead_letter')
    const running = await runShares([first, node], redelivers, { settings: { dead_letters: { path } } })
    open.push(running)
    const asked = ask(running, 0).catch((error: unknown) => error)
    while (begun.length === 0) await turn()
    running.transport.sever('one#1', 'two#1')
    while (running.workers.get('two#1')?.mesh.counters().repeats !== 1) await turn()
    running.transport.sever('one#1', 'two#1')
    expect(await asked).toMatchObject({ code: 'REPLY_MISSING' })
    letGo()
    const letter: unknown = JSON.parse(await readFile(path, 'utf8'))
    expect(letter).toMatchObject({ node: 'second', code: 'HANDOFF_TRANSPORT', position: [0, 0, 0], payload: { n: 1 } })
    await rest(running)
    expect(running.remaining()).toBe(0)
    await rm(folder, { recursive: true })
  })
})

describe('a reply that nobody acknowledges', () => {
  it('LINK-01 REPLY-08 is told again where its link is lost before what it comes of is done', async () => {
    const lasts = deferred()
    const both = defineNode({
      name: 'both',
      consumes: Ask,
      emits: [Sum],
      async *handle({ n }) {
        yield Sum.of({ n })
        running.transport.sever('@app#1', 'one#1')
        await lasts.promise
      },
    })
    const running = await shares([both], { one: { nodes: ['both'], redeliver: 1 } })
    const asked = ask(running, 1)
    await until('its request has come again', () => running.workers.get('one#1')?.mesh.counters().repeats === 1)
    lasts.resolve()
    expect(await asked).toEqual({ n: 1 })
    await rest(running)
    expect([running.remaining(), running.app.runtime.counters().inFlight]).toEqual([0, 0])
    expect(running.app.mesh.counters().repeats).toBe(0) // the first has not arrived
  })

  it('LINK-01 is the first of its request: where another is lost with its link, the request fails with HANDOFF_TRANSPORT', async () => {
    const Other = defineMessage('shares.other', Type.Object({ n: Type.Integer() }), { reply: true })
    const both = defineNode({
      name: 'both',
      consumes: Ask,
      emits: [Other, Sum],
      async *handle({ n }) {
        yield Other.of({ n })
        yield Sum.of({ n })
        running.transport.sever('@app#1', 'one#1')
        await new Promise(() => undefined)
      },
    })
    const running = await runShares([both], { one: { nodes: ['both'], redeliver: 1 } })
    await expect(ask(running, 1)).rejects.toMatchObject({ code: 'HANDOFF_TRANSPORT' })
    await Promise.all([running.app, ...running.workers.values()].map(({ runtime }) => runtime.stop()))
  })
})

describe('a process whose slot another has taken', () => {
  const groups: Groups = { near: { nodes: ['first'], redeliver: 1 }, far: { nodes: ['second'], redeliver: 1 } }

  /** Holds what the request 0 has begun, at the node of a name, until the test lets it go on. */
  function holding(name: 'first' | 'second') {
    const begun = deferred()
    const lasts = deferred()
    const hold = async (at: string, n: number): Promise<void> => {
      if (at !== name || n !== 0) return
      begun.resolve()
      await lasts.promise
    }
    return { begun: begun.promise, letGo: lasts.resolve, hold }
  }

  /** Begins a move, and waits until the others know of it. */
  async function move(running: Shares, slot: string) {
    const old = running.workers.get(slot)
    const moved = running.move(slot)
    const isThere = () => running.workers.get(slot) !== old && running.workers.get(slot)?.mesh.missing().length === 0
    await until('another has the slot', isThere)
    await pass(5)
    return { moved }
  }

  const faults = [
    {
      fault: 'dies, which everybody is told',
      code: 'WORKER_CRASHED',
      make: (running: Shares) => running.replace('far#1', 3),
    },
    {
      fault: 'dies, which the links say first',
      code: 'WORKER_CRASHED',
      make: async (running: Shares, carrier: Carrier) => {
        carrier.crash({ slot: 'far#1', incarnation: 1 })
        await pass(5)
        await running.replace('far#1', 3)
      },
    },
    {
      fault: 'is cut off',
      code: 'HANDOFF_TRANSPORT',
      make: async (running: Shares) => void running.cut('near#1', 'far#1'),
    },
  ]

  it.each(faults)('HANDOFF-05 fails what it has been sent when a worker further on $fault', async ({ code, make }) => {
    const carrier = createCarrier((run) => void setImmediate(run))
    const { begun, letGo, hold } = holding('first')
    const first = defineNode({
      name: 'first',
      consumes: Ask,
      emits: [Half],
      handle: async ({ n }) => {
        await hold('first', n)
        return Half.of({ n: n + 1 })
      },
    })
    const running = await runShares([first, second], groups, { carrier })
    open.push(running)
    const early = ask(running, 0).catch((error: unknown) => error)
    await begun
    const { moved } = await move(running, 'near#1')
    await make(running, carrier)
    letGo()
    expect(await early).toMatchObject({ code, facts: { worker: 'far#1' } })
    expect(await ask(running, 1)).toEqual({ n: 3 })
    await moved
  })

  it.each(faults)('HANDOFF-05 fails what it has asked when a worker further on $fault', async ({ code, make }) => {
    const carrier = createCarrier((run) => void setImmediate(run))
    const { begun, letGo, hold } = holding('second')
    const Answer = defineMessage('shares.answer', Type.Object({ n: Type.Integer() }), { reply: true })
    const asking = defineNode({
      name: 'first',
      consumes: Ask,
      emits: [Sum],
      requests: [Half],
      handle: async ({ n }, { request }) => Sum.of(await request(Half, { n }, { expect: Answer })),
    })
    const answering = defineNode({
      name: 'second',
      consumes: Half,
      emits: [Answer],
      concurrency: 2,
      handle: async ({ n }) => {
        await hold('second', n)
        return Answer.of({ n: n + 1 })
      },
    })
    const running = await runShares([asking, answering], groups, { carrier })
    open.push(running)
    const early = ask(running, 0).catch((error: unknown) => error)
    await begun
    const { moved } = await move(running, 'near#1')
    await make(running, carrier)
    expect(await early).toMatchObject({ code, facts: { worker: 'far#1' } })
    letGo()
    expect(await ask(running, 1)).toEqual({ n: 2 })
    await moved
  })

  it('HANDOFF-05 PROC-03 is given up when it dies, also where no link says so, and what it held is sent to the other', async () => {
    const { begun, hold } = holding('first')
    let held = 0
    const first = defineNode({
      name: 'first',
      consumes: Ask,
      emits: [Half],
      handle: async ({ n }) => {
        if (n === 0 && ++held === 1) await hold('first', n)
        return Half.of({ n: n + 1 })
      },
    })
    const silent = carrierWith((link) => ({
      listen: (listener) =>
        link.listen({
          record: (record) => listener.record(record),
          end: (how) => void (how === 'lost' || listener.end(how)),
        }),
    }))
    const running = await runShares([first, second], groups, { carrier: silent })
    open.push(running)
    const early = ask(running, 0)
    await begun
    const { moved } = await move(running, 'near#1')
    running.killMoved('near#1')
    expect(await early).toEqual({ n: 2 })
    await moved
    await rest(running)
    expect([held, running.remaining(), running.app.runtime.counters().inFlight]).toEqual([2, 0, 0])
  })
})

/** A carrier in memory whose links do some things in a way of their own. */
function carrierWith(own: (link: Link) => Partial<Link>): Carrier {
  const carrier = createCarrier((run) => void setImmediate(run))
  const changed = (link: Link): Link => ({
    local: link.local,
    peer: link.peer,
    incarnation: link.incarnation,
    send: (record) => link.send(record),
    listen: (listener) => link.listen(listener),
    close: () => link.close(),
    lose: () => link.lose(),
    ...own(link),
  })
  return {
    ...carrier,
    of: (process) => {
      const transport = carrier.of(process)
      return {
        ...transport,
        listen: (slot, accept) => transport.listen(slot, (link) => accept(changed(link))),
        dial: async (...to) => changed(await transport.dial(...to)),
      }
    },
  }
}

/** The edge of a mark by which the end of a domain is told. */
const forgotten = -1

describe('what admission allows between workers', () => {
  const Part = defineMessage('shares.part', Type.Object({ n: Type.Integer() }))
  const many = 300
  const count = (names: number) => Array.from({ length: names }, (_, n) => n)
  const refusals = ({ events }: Shares) => events.filter(({ name }) => name === 'security.refused')

  it('HANDOFF-03 a handler may ask another worker for more at once than roots may be unfinished', async () => {
    const asks = defineNode({
      name: 'first',
      consumes: Ask,
      emits: [Sum],
      requests: [Half],
      async handle({ n }, { request }) {
        const sums = await Promise.all(count(n).map((part) => request(Half, { n: part }, { expect: Sum })))
        return Sum.of({ n: sums.length })
      },
    })
    const answer = deferred()
    let waiting = 0
    const answers = defineNode({
      name: 'second',
      consumes: Half,
      emits: [Sum],
      concurrency: many,
      async handle({ n }) {
        if (++waiting === many) answer.resolve()
        await answer.promise
        return Sum.of({ n })
      },
    })
    const running = await shares([asks, answers], apart, { max_in_flight: 1 })
    expect(await ask(running, many)).toEqual({ n: many })
    expect(refusals(running)).toEqual([])
  })

  it('HANDOFF-03 what many nodes make of one root may all be unfinished at the worker where it comes together', async () => {
    const ways = count(12).map((way) =>
      defineNode({
        name: `way${way}`,
        consumes: Ask,
        emits: [Part],
        handle: () => count(16).map((n) => Part.of({ n })),
      }),
    )
    const middle = defineNode({
      name: 'middle',
      consumes: Part,
      emits: [Half],
      handle: () => count(16).map((n) => Half.of({ n })),
    })
    const all = 12 * 16 * 16
    const allThere = deferred()
    let waiting = 0
    const last = defineNode({
      name: 'second',
      consumes: Half,
      emits: [Sum],
      concurrency: all,
      async handle() {
        const isLast = ++waiting === all
        if (isLast) allThere.resolve()
        await allThere.promise
        return isLast ? Sum.of({ n: waiting }) : undefined
      },
    })
    const running = await shares(
      [...ways, middle, last],
      { one: { nodes: ways.map(({ name }) => name) }, two: { nodes: ['middle'] }, three: { nodes: ['second'] } },
      { max_in_flight: 1 },
    )
    expect(await ask(running, 1)).toEqual({ n: all })
    expect(refusals(running)).toEqual([])
  })

  it('SEC-IPC-10 WEB-STREAM-02 callers who send nothing, or nothing more, cost the links nothing, however many they are', async () => {
    const web = {
      group: 'web',
      interfaces: [{ kind: 'http_stream', path: '/sums', request: Ask.name, response: Sum.name }],
    }
    const running = await shares(chain, { ...apart, web: { nodes: [] } }, { web, max_in_flight: 4 })
    const idle = count(many).map(() => converse(running))
    await pass(20)
    expect(running.remaining()).toBe(0)
    const next = async (caller: Conversation, n: number) => {
      await caller.send({ n })
      const { value } = await caller.replies.next()
      return value instanceof JsonText ? value.text : value
    }
    const replies: unknown[] = []
    for (const caller of idle) replies.push(await next(caller, 1), await next(caller, 2))
    expect(replies).toEqual(idle.flatMap(() => ['{"n":3}', '{"n":4}']))
    expect(await ask(running, 1)).toEqual({ n: 3 })
    expect(refusals(running)).toEqual([])
    for (const caller of idle) caller.end()
    await rest(running)
    expect(running.remaining()).toBe(0)
  })
})

describe('the end of many streams at once', () => {
  const Back = defineMessage('shares.back', Type.Object({ n: Type.Integer() }))
  const Last = defineMessage('shares.last', Type.Object({ n: Type.Integer() }))
  const back = defineNode({ name: 'back', consumes: Half, emits: [Back], handle: ({ n }) => Back.of({ n }) })
  const forth = defineNode({ name: 'forth', consumes: Back, emits: [Last], handle: ({ n }) => Last.of({ n }) })
  const waits = defineNode({
    name: 'waits',
    consumes: Last,
    emits: [Sum],
    concurrency: 2000,
    handle: (_, { signal }) =>
      new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined))),
  })
  const circle: Groups = { one: { nodes: ['first', 'forth'] }, two: { nodes: ['back', 'waits'] } }
  const many = 600

  async function circling() {
    let ends = 0
    const carrier = carrierWith((link) => ({
      send(record) {
        if (record.kind === 'mark' && record.edge === forgotten) ends++
        link.send(record)
      },
    }))
    const running = await runShares([first, back, forth, waits], circle, { carrier })
    open.push(running)
    return { running, told: () => ends }
  }

  /** Begins them, and ends them once all are known everywhere. */
  async function streamsOf(running: Shares) {
    const cancel = new AbortController()
    const { runtime } = running.app
    const read = async (n: number): Promise<void> => {
      const items = runtime.stream(Ask, { n }, { expect: Sum, timeoutMs: 10_000, signal: cancel.signal })
      for await (const _ of items) throw new Error('nothing answers')
    }
    const ended = Promise.allSettled(Array.from({ length: many }, (_, n) => read(n)))
    const known = () => [...running.workers.values()].map(({ mesh }) => mesh.roots.size)
    await until('all are known', () => known().every((count) => count === many))
    return { cancel: () => cancel.abort(), ended }
  }

  it.each([
    ['are told of it once, though they send to each other', []],
    ['that were replaced before are told of it once too', ['one#1', 'two#1']],
  ])('ORDER-01 workers %s', async (_, replaced) => {
    const { running, told } = await circling()
    for (const slot of replaced) await running.replace(slot, 1)
    const before = told()
    const streams = await streamsOf(running)
    streams.cancel()
    await streams.ended
    await pass(300)
    expect(running.remaining()).toBe(0)
    // Three who tell two others each, at most.
    expect(told() - before).toBeLessThanOrEqual(3 * 2 * many)
  })

  it('LINK-01 is told to workers that had no link then, when they have one again', async () => {
    const { running } = await circling()
    const streams = await streamsOf(running)
    for (const slot of running.workers.keys()) running.cut('@app#1', slot)
    streams.cancel()
    await streams.ended
    await until('nothing is left', () => running.remaining() === 0)
  })
})

describe('what a mesh refuses and gives up', () => {
  const waits = defineNode({
    name: 'second',
    consumes: Half,
    emits: [Sum],
    concurrency: 1,
    handle: () => new Promise<undefined>(() => undefined),
  })

  /** A peer that holds its keys and keeps to nothing else. */
  async function hostile(runtime: object = {}) {
    const running = await runShares([first, waits], apart, { runtime })
    running.app.mesh.giveUp()
    running.transport.sever('@app#1', 'two#1')
    const endpoint = { slot: 'two#1', address: 'memory:two#1' }
    const link = await running.transport.dial('@app#1', endpoint, AbortSignal.timeout(5000))
    const ended = new Promise<string>((end) => link.listen({ record: () => undefined, end }))
    const refusals = () =>
      running.events.flatMap(({ name, facts }) => (name === 'security.refused' ? [facts.code] : []))
    const known = () => running.workers.get('two#1')?.mesh.remaining()
    const stop = () => Promise.all([running.app, ...running.workers.values()].map(({ runtime }) => runtime.stop()))
    return { running, link, ended, refusals, known, stop }
  }

  const envelope = {
    kind: 'envelope',
    ticket: 1,
    edge: 2,
    domain: undefined,
    position: [0, 0],
    origin: '@app#1.1:',
    root: 1,
    remainingMs: undefined,
    trace: undefined,
    payload: { n: 1 },
  } as const

  it('SEC-IPC-10 a peer that sends more than admission allows is closed at once and counted', async () => {
    const { link, ended, refusals, known, stop } = await hostile({ max_in_flight: 2 })
    for (let ticket = 1; ticket <= 1000; ticket++) link.send({ ...envelope, ticket, root: ticket })
    expect(await ended).toBe('lost')
    expect(refusals()).toEqual(['OVERLOADED'])
    expect(known()).toBeLessThan(200)
    await stop()
  })

  it('SEC-IPC-10 a peer that sends work which nobody acknowledges is closed at once and counted', async () => {
    const { link, ended, refusals, known, stop } = await hostile()
    link.send({ ...envelope, ticket: undefined })
    expect(await ended).toBe('lost')
    expect([refusals(), known()]).toEqual([['SEC_FRAME_MALFORMED'], 0])
    await stop()
  })

  it('SEC-IPC-10 a peer that sends text unread to somebody who reads is closed at once and counted', async () => {
    const { link, ended, refusals, known, stop } = await hostile()
    link.send({ ...envelope, payload: new JsonText('{"n":1}', true) })
    expect(await ended).toBe('lost')
    expect([refusals(), known()]).toEqual([['SEC_FRAME_MALFORMED'], 0])
    await stop()
  })

  it('SEC-IPC-10 a peer that begins more order domains than admission can make is closed and counted', async () => {
    const { link, ended, refusals, known, stop } = await hostile({ max_in_flight: 2 })
    for (let number = 1; number <= 1000; number++)
      link.send({ kind: 'mark', edge: 2, domain: `@app#1.1/${number}/t0`, position: [0] })
    expect(await ended).toBe('lost')
    expect(refusals()).toEqual(['OVERLOADED'])
    expect(known()).toBeLessThan(200)
    await stop()
  })

  it('SEC-IPC-10 names of roots that are not here cost nothing', async () => {
    const { link, running, stop } = await hostile()
    for (let number = 1; number <= 1000; number++)
      link.send({ kind: 'cancel', origin: `none#1.${number}:`, root: number, code: 'REPLY_CANCELLED' })
    await link.close()
    expect(running.workers.get('two#1')?.mesh.roots.origins).toBeLessThan(10)
    await stop()
  })

  it('SEC-IPC-10 domains of slots, sources and types that the plan has not are forgotten at once', async () => {
    const { link, known, stop } = await hostile()
    for (const domain of ['none#1.1/1/t0', '@app#1.1/1/t99', '@app#1.1/1/s99'])
      link.send({ kind: 'mark', edge: 2, domain, position: [0] })
    await link.close()
    expect(known()).toBe(0)
    await stop()
  })

  it('SEC-IPC-10 an acknowledgement of every number there is keeps nobody busy', async () => {
    const { link, ended, refusals, stop } = await hostile()
    link.send({ kind: 'ack', ranges: [[0, Number.MAX_SAFE_INTEGER]] })
    await link.close()
    expect([await ended, refusals()]).toEqual(['closed', []])
    await stop()
  })

  it('HANDOFF-04 what waits for a slot without a worker fails at its deadline with HANDOFF_TIMEOUT and the group', async () => {
    const running = await shares(chain, apart)
    running.app.mesh.giveUp()
    running.transport.sever('@app#1', 'one#1')
    await new Promise((done) => setTimeout(done, 20))
    await expect(ask(running, 1, { timeoutMs: 200 })).rejects.toMatchObject({
      code: 'HANDOFF_TIMEOUT',
      facts: { group: 'one' },
    })
  })

  it.each([Infinity, 2 ** 31, 0, Number.NaN])('a request cannot wait %p ms', async (timeoutMs) => {
    const running = await shares(chain, apart)
    await expect(ask(running, 1, { timeoutMs })).rejects.toThrow(/^timeoutMs must be/u)
    await running.stop()
  })

  it('REPLY-04 a request that is cancelled while it waits for a slot without a worker is given up at once', async () => {
    const running = await shares(chain, apart)
    running.app.mesh.giveUp()
    running.transport.sever('@app#1', 'one#1')
    await new Promise((done) => setTimeout(done, 20))
    const cancel = new AbortController()
    const asked = ask(running, 1, { signal: cancel.signal })
    await new Promise((done) => setImmediate(done))
    const waiting = running.remaining()
    cancel.abort()
    await expect(asked).rejects.toMatchObject({ code: 'REPLY_CANCELLED' })
    expect([waiting > 0, running.remaining(), running.app.runtime.counters().inFlight]).toEqual([true, 0, 0])
  })
})

describe('the transport of a share', () => {
  it('IPC-INT-11 every queue, listener and link in use comes from the transport in the container', async () => {
    const made = { queues: 0, listeners: 0, links: 0 }
    const inner = createMemoryTransport({ serialise: true })
    const counting: MemoryTransport = {
      profile: 'memory',
      createQueue: () => {
        made.queues++
        return inner.createQueue()
      },
      listen: (slot, accept) => {
        made.listeners++
        return inner.listen(slot, accept)
      },
      dial: (from, to, signal) => {
        made.links++
        return inner.dial(from, to, signal)
      },
      close: () => inner.close(),
      sever: (one, other) => inner.sever(one, other),
      crash: (slot) => inner.crash(slot),
    }
    const running = await runShares(chain, apart, { transport: counting })
    open.push(running)
    expect(await ask(running, 1)).toEqual({ n: 3 })
    // A loop in each of three shares, and a queue for each of two nodes.
    expect(made).toEqual({ queues: 5, listeners: 3, links: 3 })
  })
})

describe('streams across workers', () => {
  const Many = defineMessage('shares.many', Type.Object({ count: Type.Integer() }))
  const Part_ = defineMessage('shares.part', Type.Object({ at: Type.Integer() }))
  const Item = defineMessage('shares.item', Type.Object({ at: Type.Integer() }), { reply: true })
  const source = defineNode({
    name: 'spread',
    consumes: Many,
    emits: [Part_],
    async *handle({ count }: { count: number }) {
      for (let at = 0; at < count; at++) yield Part_.of({ at })
    },
  })
  const work = defineNode({
    name: 'work',
    consumes: Part_,
    emits: [Item],
    concurrency: 8,
    handle: async ({ at }: { at: number }) => {
      for (let turns = 0; turns < (at * 7) % 5; turns++) await new Promise((done) => setImmediate(done))
      return Item.of({ at })
    },
  })
  const groups: Groups = { one: { nodes: ['spread'] }, two: { nodes: ['work'], workers: 2 } }

  it('ORDER-02 ORDER-03 items leave in the order of their stream, whatever worker they come from', async () => {
    const running = await shares([source, work], groups)
    const read = async (count: number): Promise<number[]> => {
      const items: number[] = []
      for await (const { at } of running.app.runtime.stream(Many, { count }, { expect: Item, timeoutMs: 10_000 }))
        items.push(at)
      return items
    }
    const [one, other] = await Promise.all([read(200), read(100)])
    expect(one).toEqual(Array.from({ length: 200 }, (_, at) => at))
    expect(other).toEqual(Array.from({ length: 100 }, (_, at) => at))
    await rest(running)
    expect(running.remaining()).toBe(0)
  })

  it('ORDER-02 LINK-01 items leave once and in order although the links before them are lost again and again', async () => {
    const redelivers: Groups = { one: { nodes: ['spread'] }, two: { nodes: ['work'], workers: 2, redeliver: 50 } }
    const running = await shares([source, work], redelivers)
    const items: number[] = []
    const options = { expect: Item, timeoutMs: 10_000 }
    for await (const { at } of running.app.runtime.stream(Many, { count: 200 }, options)) {
      if (items.push(at) % 20 === 0) running.transport.sever('one#1', items.length % 40 === 0 ? 'two#1' : 'two#2')
    }
    expect(items).toEqual(Array.from({ length: 200 }, (_, at) => at))
    await rest(running)
    expect(running.workers.get('one#1')?.mesh.counters().redelivered).toBeGreaterThan(10)
    expect(running.remaining()).toBe(0)
  })

  it.each([
    ['of their domain', (record: EnvelopeRecord) => ({ ...record, ticket: undefined })],
    ['of no domain', (record: EnvelopeRecord) => ({ ...record, ticket: undefined, domain: undefined })],
  ])(
    'SEC-IPC-10 a worker that sends items %s which nobody acknowledges is closed at once and counted',
    async (_, change) => {
      const lies = (link: Link) => link.local.startsWith('two') && link.peer === '@app#1'
      const carrier = carrierWith((link) => ({
        send: (record) => link.send(lies(link) && record.kind === 'envelope' ? change(record) : record),
      }))
      const running = await runShares([source, work], groups, { carrier })
      open.push(running)
      const reader = running.app.runtime.stream(Many, { count: 100 }, { expect: Item, timeoutMs: 10_000 })
      const [read] = await Promise.allSettled([reader[Symbol.asyncIterator]().next()])
      expect(read).toMatchObject({ status: 'rejected', reason: { code: 'HANDOFF_TRANSPORT' } })
      const refused = running.events.find(({ name }) => name === 'security.refused')
      expect(refused?.facts).toMatchObject({ code: 'SEC_FRAME_MALFORMED' })
    },
  )

  it('REPLY-09 a reader that leaves stops the producer in the other worker', async () => {
    const running = await shares([source, work], groups)
    for await (const { at } of running.app.runtime.stream(
      Many,
      { count: 1_000_000 },
      { expect: Item, timeoutMs: 10_000 },
    ))
      if (at === 20) break
    await rest(running)
    expect(running.remaining()).toBe(0)
  })
})
