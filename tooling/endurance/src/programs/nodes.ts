import { defineMessage, defineNode, type MessageType, type NodeDefinition } from '@millrace/contracts'
import { Type } from 'typebox'

const body = Type.Object({ n: Type.Integer(), padding: Type.String() })

/** What is asked; `padding` gives the traffic some weight. */
export const Question: MessageType<'endurance.question', { n: number; padding: string }> = defineMessage(
  'endurance.question',
  body,
)
const Passed: MessageType<'endurance.passed', { n: number; padding: string }> = defineMessage('endurance.passed', body)
/** Twice the number that was asked, and one. */
export const Answer: MessageType<'endurance.answer', { n: number; padding: string }> = defineMessage(
  'endurance.answer',
  body,
  { reply: true },
)

/** Asks for numbers from 0 on, so many. */
export const Count: MessageType<'endurance.count', { to: number }> = defineMessage(
  'endurance.count',
  Type.Object({ to: Type.Integer() }),
)
const Step: MessageType<'endurance.step', { at: number }> = defineMessage(
  'endurance.step',
  Type.Object({ at: Type.Integer() }),
)
/** One of them. */
export const Counted: MessageType<'endurance.counted', { at: number }> = defineMessage(
  'endurance.counted',
  Type.Object({ at: Type.Integer() }),
  { reply: true },
)

export const ask: NodeDefinition = defineNode({
  name: 'ask',
  consumes: Question,
  emits: [Passed],
  handle: ({ n, padding }) => Passed.of({ n: 2 * n, padding }),
})

export const answer: NodeDefinition = defineNode({
  name: 'answer',
  consumes: Passed,
  emits: [Answer],
  concurrency: 64,
  // Every third waits a little, so that a worker always holds something that it has begun.
  handle: ({ n, padding }) => {
    const answered = Answer.of({ n: n + 1, padding })
    return n % 3 === 0 ? new Promise((resolve) => setTimeout(resolve, n % 5, answered)) : answered
  },
})

export const count: NodeDefinition = defineNode({
  name: 'count',
  consumes: Count,
  emits: [Step],
  *handle({ to }) {
    for (let at = 0; at < to; at++) yield Step.of({ at })
  },
})

export const step: NodeDefinition = defineNode({
  name: 'step',
  consumes: Step,
  emits: [Counted],
  concurrency: 16,
  handle: ({ at }) => new Promise((resolve) => setTimeout(resolve, at % 4, Counted.of({ at }))),
})
