import { afterEach, describe, expect, it } from '@jest/globals'
import { defineMessage, defineNode, JsonText, type Link, type LinkRecord, MillraceError } from '@millrace/contracts'
import { createMemoryTransport, type MemoryTransport } from '@millrace/transport-memory'
import { Type } from 'typebox'
import { createRuntime } from '../src/index.js'
import { converse, type Groups, runShares, type Shares } from './run-shares.js'
import { deferred, turn, until } from './shop.js'

const Line = defineMessage('failing.line', Type.Object({ n: Type.Integer() }))
const Read = defineMessage('failing.read', Type.Object({ n: Type.Integer() }))
const Middle = defineMessage('failing.middle', Type.Object({ n: Type.Integer() }))
const Answer = defineMessage('failing.answer', Type.Object({ n: Type.Integer() }), { reply: true })

/** Fails on the second line. */
const readLine = defineNode({
  name: 'read',
  consumes: Line,
  emits: [Read],
  handle: ({ n }) => {
    if (n === 1) throw new Error('this line cannot be read')
    return Read.of({ n })
  },
})
const answer = defineNode({ name: 'answer', consumes: Read, emits: [Answer], handle: ({ n }) => Answer.of({ n }) })
const answering = { nodes: ['answer'] }
const groups: Groups = { reading: { nodes: ['read'], workers: 2 }, answering }
const web = {
  group: 'answering',
  interfaces: [{ kind: 'http_stream', path: '/lines', request: 'failing.line', response: 'failing.answer' }],
}

const open: Shares[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.stop()))
})

describe('a stream of requests whose second message fails in another worker', () => {
  it('WEB-STREAM-02 nothing that comes after it leaves, also where its failure comes later than that', async () => {
    const { transport, arrive } = slowFrom('reading#', '@app#1')
    const running = await runShares([readLine, answer], groups, { runtime: { web }, transport })
    open.push(running)
    const lines = converse(running)
    for (const n of [0, 1, 2, 3, 4]) void lines.send({ n })
    lines.end()
    const replies: unknown[] = []
    const reading = (async () => {
      for await (const reply of lines.replies) replies.push(reply)
    })()
    for (let turns = 0; turns < 50; turns++) await turn()
    const before = [...replies]
    arrive()
    await expect(reading).rejects.toMatchObject({ code: 'NODE_FAILED' })
    const first = new JsonText('{"n":0}', true)
    expect([before, replies]).toEqual([[first], [first]])
  })
})

describe('a stream of requests of which a later message fails before an earlier one', () => {
  it('WEB-STREAM-02 ends, though messages between them can be answered', async () => {
    const fails = new Map([1, 3].map((n) => [n, deferred()]))
    const readLater = defineNode({
      name: 'read',
      consumes: Line,
      emits: [Read],
      concurrency: 8,
      handle: async ({ n }) => {
        await fails.get(n)?.promise
        if (fails.has(n)) throw new Error('this line cannot be read')
        return Read.of({ n })
      },
    })
    const running = await runShares(
      [readLater, answer],
      { reading: { nodes: ['read'] }, answering },
      { runtime: { web } },
    )
    open.push(running)
    const lines = converse(running)
    for (const n of [0, 1, 2, 3, 4]) void lines.send({ n })
    lines.end()
    const reading = read(lines.replies)
    for (const n of [3, 1]) {
      fails.get(n)?.resolve()
      for (let turns = 0; turns < 20; turns++) await turn()
    }
    expect(await reading).toEqual({ items: [new JsonText('{"n":0}', true)], code: 'NODE_FAILED' })
  })
})

const Whole = defineMessage('failing.whole', Type.Object({ items: Type.Integer() }))

describe('a handler that throws after it has given items', () => {
  for (const onwards of ['its own replies', 'replies of another worker'] as const)
    for (const iterable of ['generator', 'asynchronous generator'] as const)
      it(`WEB-STREAM-02 ${onwards}: all that a ${iterable} gave leave before its failure, in one process and over workers`, async () => {
        const nodes = [splitInto(onwards === 'its own replies' ? Answer : Read, iterable), answer]
        const outcomes: unknown[] = []
        for (const placed of [
          { all: { nodes: ['split', 'answer'] } },
          { splitting: { nodes: ['split'] }, answering },
        ]) {
          const running = await runShares(nodes, placed)
          open.push(running)
          outcomes.push(await read(running.app.runtime.stream(Whole, { items: 20 }, { expect: Answer })))
        }
        const outcome = { items: numbers(20), code: 'NODE_FAILED' }
        expect(outcomes).toEqual([outcome, outcome])
      })

  it('a single request fails at once, whatever becomes of what was given before', async () => {
    const never = defineNode({
      name: 'answer',
      consumes: Read,
      emits: [Answer],
      handle: (_read, { signal }) =>
        new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    })
    for (const placed of [{ all: { nodes: ['split', 'answer'] } }, { splitting: { nodes: ['split'] }, answering }]) {
      const running = await runShares([splitInto(Read, 'generator'), never], placed)
      open.push(running)
      const asked = running.app.runtime.request(Whole, { items: 3 }, { expect: Answer, timeoutMs: 60_000 })
      await expect(asked).rejects.toMatchObject({ code: 'NODE_FAILED' })
    }
  })

  it('what waits for an item that nobody takes ends at its deadline, the failure with it', async () => {
    const running = await runShares([splitInto(Read, 'generator'), answer], {
      splitting: { nodes: ['split'] },
      answering,
    })
    open.push(running)
    const late = new Promise<void>((resolve) => {
      running.app.runtime.subscribe(({ name }) => name === 'request.timeout' && resolve())
    })
    const items = running.app.runtime.stream(Whole, { items: 3 }, { expect: Answer, timeoutMs: 50 })
    await late
    expect(await read(items)).toMatchObject({ code: 'REPLY_TIMEOUT' })
    await until('nothing is left', () => running.remaining() === 0)
  })
})

describe('a handler that fails on items which another has given', () => {
  /** The later an item, the sooner it is answered; two of them fail, the later one first. */
  const inReverse = defineNode({
    name: 'answer',
    consumes: Read,
    emits: [Answer],
    concurrency: 32,
    handle: async ({ n }) => {
      for (let turns = 0; turns < 40 - 2 * n; turns++) await turn()
      if (n === 7 || n === 12) throw new Error(`item ${n} cannot be answered`)
      return Answer.of({ n })
    },
  })
  const relay = defineNode({
    name: 'relay',
    consumes: Middle,
    emits: [Read],
    concurrency: 4,
    handle: async ({ n }) => {
      await turn()
      return Read.of({ n })
    },
  })
  const placements: Groups[] = [
    { all: { nodes: ['split', 'relay', 'answer'] } },
    { splitting: { nodes: ['split'] }, relaying: { nodes: ['relay', 'answer'], workers: 2 } },
    {
      splitting: { nodes: ['split'] },
      relaying: { nodes: ['relay'], workers: 2 },
      answering: { nodes: ['answer'], workers: 3 },
    },
  ]

  for (const iterable of ['generator', 'asynchronous generator', 'list', 'endless generator'] as const)
    it(`WEB-STREAM-02 all items of a ${iterable} before the first that fails leave, and none after it, in one process and over workers`, async () => {
      const nodes = [splitForEver(iterable), relay, inReverse]
      const outcomes: unknown[] = []
      const inline = await createRuntime({ nodes })
      await inline.start()
      outcomes.push(await read(inline.stream(Whole, { items: 20 }, { expect: Answer })))
      await inline.stop()
      for (const placed of placements) {
        const running = await runShares(nodes, placed)
        open.push(running)
        outcomes.push(await read(running.app.runtime.stream(Whole, { items: 20 }, { expect: Answer })))
        await until('nothing is left', () => running.remaining() === 0)
      }
      const outcome = { items: numbers(7), code: 'NODE_FAILED' }
      expect(outcomes).toEqual([outcome, ...placements.map(() => outcome)])
    })

  it('WEB-STREAM-02 so do those of the message that has failed and of all before it in a stream of requests, and none of later ones', async () => {
    const nodes = [splitForEver('generator'), relay, inReverse]
    const outcomes: unknown[] = []
    for (const placed of placements) {
      const running = await runShares(nodes, placed, { runtime: { web: wholesAt(Object.keys(placed)[0]) } })
      open.push(running)
      const wholes = converse(running)
      for (const items of [3, 5, 20, 2, 20]) void wholes.send({ items })
      wholes.end()
      outcomes.push(await read(wholes.replies))
    }
    const items = [3, 5, 7].flatMap(numbers).map(({ n }) => new JsonText(`{"n":${n}}`, true))
    const outcome = { items, code: 'NODE_FAILED' }
    expect(outcomes).toEqual(placements.map(() => outcome))
  })

  it('WEB-STREAM-02 a message that fails stands before a caller who breaks off after it, whichever is known first', async () => {
    const fails = deferred()
    const failing = defineNode({
      name: 'answer',
      consumes: Read,
      emits: [Answer],
      handle: async ({ n }) => {
        if (n > 0) await fails.promise
        if (n === 2) throw new Error('item 2 cannot be answered')
        return Answer.of({ n })
      },
    })
    const running = await runShares(
      [splitInto(Read, 'generator'), failing],
      {
        splitting: { nodes: ['split'] },
        answering,
        web: { nodes: [] },
      },
      { runtime: { web: wholesAt('web') } },
    )
    open.push(running)
    const wholes = converse(running)
    void wholes.send({ items: 3 })
    wholes.end(new MillraceError('PAYLOAD_INVALID', 'this line is no message'))
    const reading = read(wholes.replies)
    for (let turns = 0; turns < 20; turns++) await turn()
    fails.resolve()
    expect(await reading).toMatchObject({ items: { length: 2 }, code: 'NODE_FAILED' })
  })

  it('WEB-STREAM-02 an item that does not end holds the failure of a later one up, until the deadline', async () => {
    const stuck = defineNode({
      name: 'answer',
      consumes: Read,
      emits: [Answer],
      concurrency: 8,
      handle: ({ n }, { signal }) => {
        if (n === 2) throw new Error('item 2 cannot be answered')
        if (n === 0) return Answer.of({ n })
        return new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
    })
    const running = await runShares([splitInto(Read, 'generator'), stuck], {
      splitting: { nodes: ['split'] },
      answering,
    })
    open.push(running)
    const items = running.app.runtime.stream(Whole, { items: 3 }, { expect: Answer, timeoutMs: 100 })
    expect(await read(items)).toEqual({ items: numbers(1), code: 'REPLY_TIMEOUT' })
    await until('nothing is left', () => running.remaining() === 0)
  })
})

/** The web in a group, with the one interface that takes wholes. */
function wholesAt(group: string | undefined) {
  return {
    group,
    interfaces: [{ kind: 'http_stream', path: '/wholes', request: 'failing.whole', response: 'failing.answer' }],
  }
}

/** Gives as many items as it is asked for, or one after the other until it is told to end. */
function splitForEver(iterable: 'generator' | 'asynchronous generator' | 'list' | 'endless generator') {
  function* give(count: number) {
    for (let n = 0; n < count; n++) yield Middle.of({ n })
  }
  async function* giveLater(count: number) {
    yield* give(count)
  }
  return defineNode({
    name: 'split',
    consumes: Whole,
    emits: [Middle],
    handle: ({ items }) => {
      if (iterable === 'list') return [...give(items)]
      return iterable === 'asynchronous generator'
        ? giveLater(items)
        : give(iterable === 'generator' ? items : Infinity)
    },
  })
}

/** Gives as many items as it is asked for, and then throws. */
function splitInto(item: typeof Answer | typeof Read, iterable: 'generator' | 'asynchronous generator') {
  function* give(count: number) {
    for (const { n } of numbers(count)) yield item.of({ n })
    throw new Error('there is no more')
  }
  async function* giveLater(count: number) {
    yield* give(count)
  }
  return defineNode({
    name: 'split',
    consumes: Whole,
    emits: [item],
    handle: ({ items }) => (iterable === 'generator' ? give(items) : giveLater(items)),
  })
}

function numbers(count: number): { readonly n: number }[] {
  return Array.from({ length: count }, (_, n) => ({ n }))
}

/** The items of a stream, and the code of what ended it. */
async function read(stream: AsyncIterable<unknown>): Promise<{ readonly items: unknown[]; readonly code: unknown }> {
  const items: unknown[] = []
  try {
    for await (const item of stream) items.push(item)
    return { items, code: undefined }
  } catch (error) {
    return { items, code: error instanceof MillraceError ? error.code : error }
  }
}

/** Records of some links wait until they are told to arrive; those of all others are faster then. */
function slowFrom(local: string, peer: string): { readonly transport: MemoryTransport; readonly arrive: () => void } {
  const inner = createMemoryTransport({ serialise: true })
  const waiting: (() => void)[] = []
  let waits = true
  const slow = (link: Link): Link => {
    if (!link.local.startsWith(local) || link.peer !== peer) return link
    return {
      local: link.local,
      peer: link.peer,
      send: (record: LinkRecord) => (waits ? void waiting.push(() => link.send(record)) : link.send(record)),
      listen: (listener) => link.listen(listener),
      close: () => link.close(),
      lose: () => link.lose(),
    }
  }
  const transport: MemoryTransport = {
    profile: 'memory',
    createQueue: () => inner.createQueue(),
    listen: (slot, accept) => inner.listen(slot, (link) => accept(slow(link))),
    dial: async (from, to, signal) => slow(await inner.dial(from, to, signal)),
    close: () => inner.close(),
    sever: (one, other) => inner.sever(one, other),
    crash: (slot) => inner.crash(slot),
  }
  const arrive = (): void => {
    waits = false
    for (const send of waiting.splice(0)) send()
  }
  return { transport, arrive }
}
