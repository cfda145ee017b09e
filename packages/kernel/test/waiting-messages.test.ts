import { describe, expect, it } from '@jest/globals'
import { defineMessage, defineNode } from '@millrace/contracts'
import { Type } from 'typebox'
import { converse, runShares } from './run-shares.js'
import { deferred, until } from './shop.js'

const Line = defineMessage('waiting.line', Type.Object({ text: Type.String() }))
const Read = defineMessage('waiting.read', Type.Object({ length: Type.Integer() }), { reply: true })

describe('messages of one caller that wait to enter', () => {
  it('SEC-IPC-10 are at most 256, and at most one beyond a mebibyte, while nothing can enter', async () => {
    const gate = deferred()
    const read = defineNode({
      name: 'read',
      consumes: Line,
      emits: [Read],
      handle: ({ text }) => gate.promise.then(() => Read.of({ length: text.length })),
    })
    const web = {
      group: 'web',
      interfaces: [{ kind: 'http_stream', path: '/lines', request: Line.name, response: Read.name }],
    }
    const groups = { web: { nodes: [] }, work: { nodes: ['read'] } }
    const running = await runShares([read], groups, { runtime: { web, max_in_flight: 1 } })
    const first = converse(running)
    // A letter may become six bytes of JSON.
    const texts = ['x', 'x'.repeat(50_000), 'x'.repeat(150_000)]
    const waiting = texts.map((text) => ({ text, conversation: converse(running) }))
    await first.send({ text: 'in flight' })
    await until('it is in flight', () => running.app.runtime.counters().inFlight === 1)
    const taken = waiting.map(({ text, conversation }) => {
      let count = 1
      while (conversation.send({ text }) === undefined) count++
      return count
    })
    expect(taken).toEqual([256, 4, 2])
    gate.resolve()
    for (const conversation of [first, ...waiting.map((one) => one.conversation)]) conversation.end()
    await running.stop()
  })
})
