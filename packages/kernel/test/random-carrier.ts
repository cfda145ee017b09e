import {
  type Endpoint,
  type Link,
  type LinkListener,
  type LinkRecord,
  MillraceError,
  type SlotId,
  type Transport,
} from '@millrace/contracts'
import { createMemoryTransport } from '@millrace/transport-memory'

/** A process, and the slot that it is or was in. */
export interface CarriedProcess {
  readonly slot: SlotId
  readonly incarnation: number
}

/** Carries the links of random workers, whose processes may die, and of which two may live in one slot. */
export interface Carrier {
  /** The transport of one process. */
  of(process: CarriedProcess): Transport
  /** A process dies. */
  crash(process: CarriedProcess): void
  /** Loses the links between two slots. @returns false when there was none */
  cut(one: SlotId, other: SlotId): boolean
}

/**
 * Makes a carrier in memory whose links know which process of a slot they lead to. Like the carriers of real processes it refuses
 * a process that is no newer than the one of its slot which has a link.
 */
export function createCarrier(schedule: (run: () => void) => void): Carrier {
  const hub = createMemoryTransport({ schedule, serialise: true })
  const processes: CarriedProcess[] = []
  return {
    of(process) {
      processes.push(process)
      const standing = new Map<SlotId, ProcessLink>()
      const opened = (link: Link): ProcessLink => {
        const own = new ProcessLink(process.slot, link, () => {
          if (standing.get(own.peer) === own) standing.delete(own.peer)
        })
        refuseOlder(standing.get(own.peer), own)
        standing.set(own.peer, own)
        return own
      }
      return {
        profile: hub.profile,
        createQueue: () => hub.createQueue(),
        listen: async (slot, accept) => {
          const listener = await hub.listen(nameOf(process), (link) => accept(opened(link)))
          return { endpoint: { slot, address: nameOf(process) }, close: () => listener.close() }
        },
        dial: async (_from, to, signal) => {
          refuseOlder(standing.get(to.slot), to)
          const link = await hub.dial(nameOf(process), { ...to, slot: to.address }, signal)
          try {
            return opened(link)
          } catch (refused) {
            link.lose()
            throw refused
          }
        },
        close: () => hub.close(),
      }
    },
    crash: (process) => hub.crash(nameOf(process)),
    cut(one, other) {
      const namesIn = (slot: SlotId) => processes.filter((process) => process.slot === slot).map(nameOf)
      const pairs = namesIn(one).flatMap((from) => namesIn(other).map((to) => [from, to] as const))
      return pairs.filter(([from, to]) => hub.sever(from, to)).length > 0
    },
  }
}

/** A link as its process sees it: between slots, of which the peer's has had several processes. */
class ProcessLink implements Link {
  readonly local: SlotId
  readonly peer: SlotId
  readonly incarnation: number
  readonly #link: Link
  readonly #ended: () => void

  constructor(local: SlotId, link: Link, ended: () => void) {
    const { slot, incarnation } = processOf(link.peer)
    this.local = local
    this.peer = slot
    this.incarnation = incarnation
    this.#link = link
    this.#ended = ended
  }

  send(record: LinkRecord): void {
    this.#link.send(record)
  }

  listen(listener: LinkListener): void {
    this.#link.listen({
      record: (record) => listener.record(record),
      end: (end) => {
        this.#ended()
        listener.end(end)
      },
    })
  }

  close(): Promise<void> {
    return this.#link.close()
  }

  lose(): void {
    this.#link.lose()
  }
}

function refuseOlder(standing: ProcessLink | undefined, { incarnation = 0 }: Endpoint | ProcessLink): void {
  if (standing !== undefined && incarnation <= standing.incarnation)
    throw new MillraceError('HANDOFF_TRANSPORT', 'there is a link already, to a process that is as new')
}

function nameOf({ slot, incarnation }: CarriedProcess): string {
  return `${slot}@${incarnation}`
}

function processOf(name: string): CarriedProcess {
  const at = name.lastIndexOf('@')
  return { slot: name.slice(0, at), incarnation: Number(name.slice(at + 1)) }
}
