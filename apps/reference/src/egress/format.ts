import { defineNode } from '@millrace/contracts'
import { Decision, OutputLine } from '../messages.js'

/** Writes a decision as a line: these keys, this order, no spaces. Ids hold digits and signs only, so nothing is escaped. */
export const format = defineNode({
  name: 'format',
  stage: 'egress',
  tags: ['pure'],
  consumes: Decision,
  emits: [OutputLine],
  handle: (decision) =>
    OutputLine.of({
      text: `{"id":"${decision.id}","customer_id":"${decision.customer_id}","accepted":${decision.accepted}}`,
      reason: decision.reason,
    }),
})
