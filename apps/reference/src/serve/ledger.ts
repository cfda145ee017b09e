import { defineNode, defineState, MillraceError, Type } from '@millrace/contracts'
import { Decision } from '../messages.js'
import { reasons } from '../reasons.js'
import { LoadDecision, LoadOutcome, LoadQuery, LoadRecord } from './messages.js'

/** Every decision on one id. */
export const DecisionsOnId = defineState(
  'fund.decisions-on-id',
  Type.Array(Type.Object({ customer_id: Type.String(), accepted: Type.Boolean(), reason: Type.Enum([...reasons]) })),
)

/** Later decisions on one id are not kept: somebody may send the same attempt for ever. */
const mostDecisions = 100

/** Answers each decision, and remembers it for whoever asks later. */
export const ledger = defineNode({
  name: 'ledger',
  stage: 'policy',
  consumes: [Decision, LoadQuery],
  emits: [LoadDecision, LoadOutcome, LoadRecord],
  state: { decisions: { type: DecisionsOnId, keys: ({ id }) => [id] } },
  handle: (message, { state: { decisions } }) => {
    const { id } = message
    const known = decisions.get(id)
    if (!('reason' in message)) {
      if (known === undefined) throw new MillraceError('WEB_NOT_FOUND', 'no attempt has had this id')
      return LoadRecord.of({ id, decisions: known })
    }
    const { customer_id, accepted, reason } = message
    if (id !== '' && (known?.length ?? 0) < mostDecisions)
      decisions.set(id, [...(known ?? []), { customer_id, accepted, reason }])
    return [LoadDecision.of({ id, customer_id, accepted, reason }), LoadOutcome.of({ id, customer_id, accepted })]
  },
})
