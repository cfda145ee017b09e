import { defineBytes, defineMessage, defineNode, Type } from '@millrace/kernel'

const schema = Type.Object({
  id: Type.Integer(),
  kind: Type.String(),
  note: Type.String(),
  items: Type.Array(Type.Object({ sku: Type.String(), count: Type.Integer(), cents: Type.Integer() })),
})

/** What is asked. */
export const Ask = defineMessage('bench.ask', schema)
/** The same, as the answer. */
export const Answer = defineMessage('bench.answer', schema, { reply: true })
/** What is asked, as bytes. */
export const AskBytes = defineBytes('bench.ask-bytes')
/** The same bytes, as the answer. */
export const AnswerBytes = defineBytes('bench.answer-bytes', { reply: true })
/** Asks what the worker has used. */
export const AskUsage = defineMessage('bench.ask-usage', Type.Object({}))
/** Time on processors of the worker so far. */
export const Usage = defineMessage('bench.usage', Type.Object({ cpuMs: Type.Number() }), { reply: true })

/** Answers with what was asked. */
export const echo = defineNode({
  name: 'echo',
  consumes: Ask,
  emits: [Answer],
  handle: (payload) => Answer.of(payload),
})

/** Answers with the bytes that were asked. */
export const echoBytes = defineNode({
  name: 'echo-bytes',
  consumes: AskBytes,
  emits: [AnswerBytes],
  handle: (payload) => AnswerBytes.of(payload),
})

/** Tells what its process has used. */
export const usage = defineNode({
  name: 'usage',
  consumes: AskUsage,
  emits: [Usage],
  handle() {
    const { user, system } = process.cpuUsage()
    return Usage.of({ cpuMs: (user + system) / 1000 })
  },
})
