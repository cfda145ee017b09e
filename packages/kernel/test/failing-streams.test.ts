import { afterEach, describe, expect, it } from '@jest/globals'
import { type Conversation, defineMessage, defineNode, JsonText, type Link, type LinkRecord } from '@millrace/contracts'
import { createMemoryTransport, type MemoryTransport } from '@millrace/transport-memory'
import { Type } from 'typebox'
import { type Groups, runShares, type Shares } from './run-shares.js'
import { turn } from './shop.js'

const Line = defineMessage('failing.line', Type.Object({ n: Type.Integer() }))
const Read = defineMessage('failing.read', Type.Object({ n: Type.Integer() }))
const Answer = defineMessage('failing.answer', Type.Object({ n: Type.Integer() }), { reply: true })

/** Fails on the second line. */
const read = defineNode({
  name: 'read',
  consumes: Line,
  emits: [Read],
  handle: ({ n }) => {
    if (n === 1) throw new Error('this line cannot be read')
    return Read.of({ n })
  },
})
const answer = defineNode({ name: 'answer', consumes: Read, emits: [Answer], handle: ({ n }) => Answer.of({ n }) })
const groups: Groups = { reading: { nodes: ['read'], workers: 2 }, answering: { nodes: ['answer'] } }
const web = {
  group: 'answering',
  interfaces: [{ kind: 'http_stream', path: '/lines', request: 'failing.line', response: 'failing.answer' }],
}

const open: Shares[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.stop()))
})

function converse({ app }: Shares): Conversation {
  const [lines] = app.runtime.ingress.interfaces
  if (lines?.kind !== 'http_stream') throw new RangeError('there is no interface')
  return lines.exchange.converse({ timeoutMs: 10_000 })
}

describe('a stream of requests whose second message fails in another worker', () => {
  it('WEB-STREAM-02 nothing that comes after it leaves, also where its failure comes later than that', async () => {
    const { transport, arrive } = slowFrom('reading#', '@app#1')
    const running = await runShares([read, answer], groups, { runtime: { web }, transport })
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
