import type { Link, SlotId, Transport } from '@millrace/contracts'
import { createMemoryTransport } from '@millrace/transport-memory'

/** Carries the links of random workers, whose processes may die. */
export interface Carrier {
  /** The transport of one process in a slot. */
  of(slot: SlotId, incarnation: number): Transport
  /** The process in a slot dies. */
  crash(slot: SlotId): void
  /** Loses the link between two slots. @returns false when there was none */
  cut(one: SlotId, other: SlotId): boolean
}

/** Makes a carrier in memory whose links know which process of a slot they lead to. */
export function createCarrier(schedule: (run: () => void) => void): Carrier {
  const hub = createMemoryTransport({ schedule, serialise: true })
  const living = new Map<SlotId, number>()
  const known = (link: Link): Link => Object.assign(link, { incarnation: living.get(link.peer) })
  return {
    of(slot, incarnation) {
      living.set(slot, incarnation)
      return {
        profile: hub.profile,
        createQueue: () => hub.createQueue(),
        listen: (at, accept) => hub.listen(at, (link) => accept(known(link))),
        dial: async (from, to, signal) => known(await hub.dial(from, to, signal)),
        close: () => hub.close(),
      }
    },
    crash: (slot) => hub.crash(slot),
    cut: (one, other) => hub.sever(one, other),
  }
}
