import type { SlotId } from '@millrace/contracts'

/** Where in the plan a process stands. */
export interface Place {
  readonly slot: SlotId
  /** Index of its group; -1 for an embedding process, which runs no node. */
  readonly group: number
  /** Which process of the slot it is, from 1. */
  readonly incarnation: number
}

/** The slot of a process that embeds an application and runs no node of it. */
export const embeddingSlot: SlotId = '@app#1'
