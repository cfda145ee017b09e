import { type ErrorCode, errorCodes, type Facts, MillraceError, type SlotId } from '@millrace/contracts'

/** A failure that another worker has told of: its code and facts, in words of our own. What was thrown stays where it was. */
export function failedElsewhere(code: ErrorCode, facts: Facts): MillraceError {
  const { worker, node } = facts
  const where = [
    node === undefined ? '' : ` in node '${node}'`,
    worker === undefined ? '' : ` in worker ${worker}`,
  ].join('')
  return new MillraceError(
    code,
    `${errorCodes[code]}${where === '' ? '' : ` It happened${where}, whose events say why.`}`,
    {
      facts,
    },
  )
}

/** The process in a slot died, and what it held with it. */
export function workerGone(slot: SlotId): MillraceError {
  return new MillraceError('WORKER_CRASHED', `worker ${slot} died, and what it held with it`, {
    facts: { group: groupOfSlot(slot), worker: slot },
  })
}

/** The link to a slot was lost although its process lives. */
export function linkLost(slot: SlotId): MillraceError {
  return new MillraceError('HANDOFF_TRANSPORT', `the link to worker ${slot} was lost, and what it carried with it`, {
    facts: { group: groupOfSlot(slot), worker: slot },
  })
}

/** No worker was ready in a slot before the deadline of what waited for it. */
export function nobodyReady(slot: SlotId): MillraceError {
  return new MillraceError('HANDOFF_TIMEOUT', `no worker was ready in ${slot} before the deadline`, {
    facts: { group: groupOfSlot(slot), worker: slot },
  })
}

/** The group that a slot is a place in. */
export function groupOfSlot(slot: SlotId): string {
  return slot.slice(0, slot.lastIndexOf('#'))
}
