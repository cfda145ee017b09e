/** A chain of four nodes, one for each group that is started. */
import { defineMessage, defineNode, Type } from '@millrace/kernel'

const hop = Type.Object({ value: Type.Integer() })
const First = defineMessage('start.first', hop)
const Second = defineMessage('start.second', hop)
const Third = defineMessage('start.third', hop)
const Fourth = defineMessage('start.fourth', hop)
const Sum = defineMessage('start.sum', hop, { reply: true })

export const one = defineNode({
  name: 'one',
  consumes: First,
  emits: [Second],
  handle: ({ value }) => Second.of({ value: value + 1 }),
})
export const two = defineNode({
  name: 'two',
  consumes: Second,
  emits: [Third],
  handle: ({ value }) => Third.of({ value: value + 1 }),
})
export const three = defineNode({
  name: 'three',
  consumes: Third,
  emits: [Fourth],
  handle: ({ value }) => Fourth.of({ value: value + 1 }),
})
export const four = defineNode({
  name: 'four',
  consumes: Fourth,
  emits: [Sum],
  handle: ({ value }) => Sum.of({ value: value + 1 }),
})
