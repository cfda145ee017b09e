import type { Plan, SlotId } from '@millrace/contracts'

/** The slot that a process which runs everything stands for. */
export function ownSlot({ groups }: Plan): SlotId {
  return groups[0]?.slots[0] ?? 'app#1'
}
