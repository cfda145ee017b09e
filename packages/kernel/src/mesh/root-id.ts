import type { SlotId } from '@millrace/contracts'

/**
 * Names a root in every worker: `slot.incarnation:number` where its origin waits for a reply, `slot.incarnation/number` where
 * nobody does. The incarnation keeps the roots of a replacement apart from those of the process it replaces.
 */
export type RootId = string

/** Gives the next names. */
export function rootIds(slot: SlotId, incarnation: number): (waits: boolean) => RootId {
  const prefix = `${slot}.${incarnation}`
  let next = 0
  return (waits) => prefix + (waits ? ':' : '/') + next++
}

/** The slot that a root or a domain entered at. */
export function originOf(id: string): SlotId {
  return id.slice(0, id.indexOf('.', id.indexOf('#')))
}

/** Which process of its slot a root or a domain entered at. */
export function incarnationOf(id: string): number {
  return Number.parseInt(id.slice(id.indexOf('.', id.indexOf('#')) + 1), 10)
}

/** Whether the origin of a root waits for its reply. */
export function waitsForReply(id: RootId): boolean {
  return id.includes(':', id.indexOf('#'))
}
