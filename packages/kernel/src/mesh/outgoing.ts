import { type BoundaryDelivery, type EventEmitter, MillraceError, type Plan, type SlotId } from '@millrace/contracts'
import { outside } from '@millrace/placement'
import type { Ledger } from '../ledger/ledger.js'
import type { RemoteTarget } from '../runner/route.js'
import { chooseSlot, entryChoice } from './choose-slot.js'
import type { CrossingRoots } from './crossing-roots.js'
import type { EdgeMap } from './edge-map.js'
import type { HopTelemetry } from './hop-telemetry.js'
import type { MeshEngine } from './mesh-engine.js'
import { Peer } from './peer.js'
import { redeliverOf } from './redeliver-of.js'
import { groupOfSlot, workerGone } from './remote-errors.js'
import type { Outbox, Sent } from './sent.js'

/** What sending to others needs. */
export interface OutgoingParts {
  readonly plan: Plan
  /** The slots that this one shares a link with. */
  readonly peers: readonly SlotId[]
  readonly edges: EdgeMap
  readonly hops: HopTelemetry
  readonly events: EventEmitter
  /** Monotonic, in milliseconds. */
  readonly clock: () => number
  /** What this worker leaves to a later process; undefined where it leaves nothing. */
  readonly ledger: Ledger | undefined
  readonly roots: () => CrossingRoots
  readonly engine: () => MeshEngine
}

/** The other slots as what is sent goes to them: each message to one of its group, and again where it may be. */
export class Outgoing {
  readonly peers: ReadonlyMap<SlotId, Peer>
  readonly #parts: OutgoingParts
  #redelivered = 0

  constructor(parts: OutgoingParts) {
    this.#parts = parts
    this.peers = new Map(parts.peers.map((slot) => [slot, this.#peer(slot)]))
  }

  /** How many envelopes were sent again. */
  get redelivered(): number {
    return this.#redelivered
  }

  /** How many envelopes are not acknowledged. */
  get load(): number {
    let envelopes = 0
    for (const { load } of this.peers.values()) envelopes += load
    return envelopes
  }

  /**
   * Where a message goes that crosses to another group.
   *
   * @param emitter index of its node; -1 from outside
   * @throws MillraceError ROUTE_NO_CONSUMER when the plan has no link to that group: a node asks for what it has not declared
   */
  target({ node, group, hop }: BoundaryDelivery, emitter: number, type: number): RemoteTarget {
    const { plan, edges } = this.#parts
    const peers = (plan.groups[group]?.slots ?? []).flatMap((slot) => this.peers.get(slot) ?? [])
    if (peers.length === 0) throw noLinkTo(plan.groups[group]?.name, plan.graph.types[type]?.name)
    const edge = edges.numberOf(emitter, node, type)
    const choose = chooseSlot(plan, group, plan.hops[hop]?.choose ?? entryChoice(plan, group, type), peers)
    return {
      kind: 'remote',
      send: (payload, subtree, position, cause) =>
        choose(payload, position, subtree.root.domain).send(edge, payload, subtree, { position, cause }),
    }
  }

  /** Nobody is replaced any more: what waits for a worker fails, now and later. */
  abandonSlots(): void {
    for (const peer of this.peers.values()) peer.abandon(workerGone(peer.slot))
  }

  /** Everything that waits or was sent fails. */
  close(error: MillraceError): void {
    for (const peer of this.peers.values()) peer.close(error)
  }

  #peer(slot: SlotId): Peer {
    const { plan, clock, events, hops, roots } = this.#parts
    const redeliver = redeliverOf(plan, slot)
    return new Peer(slot, {
      clock,
      hop: hops.hopsTo(slot),
      durations: hops.durationsTo(slot),
      redeliver,
      name: (root) => roots().name(root),
      beganHere: (root) => roots().isOwn(root),
      outbox: this.#outbox(),
      giveUp: (sent, error) => redeliver > 0 && this.#giveUp(sent, error),
      sentAgain: (worker, count) => {
        this.#redelivered += count
        events.emit('redelivery.sent', { group: groupOfSlot(worker), worker, count })
      },
    })
  }

  #outbox(): Outbox | undefined {
    const { ledger, edges } = this.#parts
    return (
      ledger && {
        keep: (slot, edge, message) =>
          ledger.journal.keepSent(slot, { from: edges.edges[edge]?.from ?? outside, edge }, message),
        done: (kept, root) => ledger.journal.done(kept, root),
      }
    )
  }

  /** A message has been sent as often as it may be. @returns false where its root has to fail */
  #giveUp({ edge, payload, subtree, position }: Sent, error: MillraceError): boolean {
    const way = this.#parts.edges.edges[edge]
    if (way === undefined || way.to === outside) return false
    const { root } = subtree
    return this.#parts.engine().undeliverable(way.to, way.type, { payload, root, subtree, position, error })
  }
}

function noLinkTo(group = '', type = ''): MillraceError {
  return new MillraceError(
    'ROUTE_NO_CONSUMER',
    `no link leads to group '${group}'; add '${type}' to the requests of the node that asks for it`,
    { facts: { group, type } },
  )
}
