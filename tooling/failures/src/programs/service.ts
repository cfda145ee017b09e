/** A service: quotes are made in worker processes, each after a short wait; of less than nothing there are none. */
import { setTimeout as delay } from 'node:timers/promises'
import { defineMessage, defineNode, Type } from '@millrace/kernel'
import { thrownText } from './marked.js'
import './telling-tracer.js'

export const Ask = defineMessage('failures.ask', Type.Object({ n: Type.Integer(), password: Type.String() }))
export const Quote = defineMessage('failures.quote', Type.Object({ n: Type.Integer() }), { reply: true })

export const quote = defineNode({
  name: 'quote',
  consumes: Ask,
  emits: [Quote],
  concurrency: 64,
  async handle({ n, password }) {
    await delay(5)
    if (n < 0) throw new Error(`${thrownText}: ${password} does not fit`)
    return Quote.of({ n })
  },
})
