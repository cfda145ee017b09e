/** A service: quotes are made in worker processes, each after a short wait. */
import { setTimeout as delay } from 'node:timers/promises'
import { defineMessage, defineNode, Type } from '@millrace/kernel'

export const Ask = defineMessage('failures.ask', Type.Object({ n: Type.Integer() }))
export const Quote = defineMessage('failures.quote', Type.Object({ n: Type.Integer() }), { reply: true })

export const quote = defineNode({
  name: 'quote',
  consumes: Ask,
  emits: [Quote],
  concurrency: 64,
  async handle({ n }) {
    await delay(5)
    return Quote.of({ n })
  },
})
