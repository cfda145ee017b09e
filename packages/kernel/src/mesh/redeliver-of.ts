import type { Plan, SlotId } from '@millrace/contracts'

/** How often what was sent to a slot may be sent again. An embedding process is never replaced. */
export function redeliverOf({ groups }: Plan, slot: SlotId): number {
  return groups.find(({ slots }) => slots.includes(slot))?.redeliver ?? 0
}
