/**
 * The roots that are known in more than one worker.
 *
 * M1  A root has one name everywhere. Where it entered it is known from its first hop to its end; elsewhere while one of its
 *     envelopes is there.
 * M2  A failure travels against the envelopes, hop by hop, before their acknowledgements; a cancel travels with them.
 * M3  A reply goes straight to the origin. It needs no acknowledgement where the envelope that it comes of is acknowledged over
 *     the same link after it; anywhere else it is a part of its subtree.
 */

import { createHash } from 'node:crypto'
import type {
  CancelRecord,
  EnvelopeRecord,
  ErrorCode,
  EventEmitter,
  FailRecord,
  MillraceError,
  Position,
  SlotId,
} from '@millrace/contracts'
import { outside } from '@millrace/placement'
import type { Domain } from '../runner/domain.js'
import type { HomeWay, Root, RootCrossing } from '../runner/root.js'
import type { Route } from '../runner/route.js'
import type { Subtree } from '../runner/subtree.js'
import { reasonOf } from '../runtime/reason-of.js'
import type { EdgeMap } from './edge-map.js'
import type { LinkSession } from './link-session.js'
import type { MeshEngine } from './mesh.js'
import type { Peer } from './peer.js'
import type { Place } from './place.js'
import { failedElsewhere } from './remote-errors.js'
import { incarnationOf, originOf, type RootId, rootIds, waitsForReply } from './root-id.js'
import { RootTable } from './root-table.js'
import { VisitingRoot } from './visiting-root.js'

/** What crossing roots are made of. */
export interface CrossingRootsParts {
  readonly place: Place
  /** Names the run. */
  readonly run: string
  readonly edges: EdgeMap
  readonly peers: ReadonlyMap<SlotId, Peer>
  readonly events: EventEmitter
  /** Wall time in milliseconds since the epoch. */
  readonly now: () => number
  readonly engine: () => MeshEngine
  readonly domain: (id: string) => Domain | undefined
}

/** The roots of one worker that others know too: its own that have left it, and those of others that are here. */
export class CrossingRoots implements RootCrossing, HomeWay {
  readonly #parts: CrossingRootsParts
  readonly #nextId: (waits: boolean) => RootId
  readonly #own = new RootTable<Root>()
  readonly #visiting = new RootTable<VisitingRoot>()
  #tellIdle: (() => void)[] = []

  constructor(parts: CrossingRootsParts) {
    this.#parts = parts
    this.#nextId = rootIds(parts.place.slot, parts.place.incarnation)
  }

  /** How many there are. */
  get size(): number {
    return this.#own.size + this.#visiting.size
  }

  /** What other workers know a root by; given when it leaves for the first time. */
  name(root: Root): RootId {
    if (root.id !== undefined) return root.id
    const id = this.#nextId(root.ticket >= 0)
    root.id = id
    root.crossing = this
    this.#own.add(id, root)
    return id
  }

  /** The root of this name that entered here; undefined when nothing of it is left. */
  own(id: RootId): Root | undefined {
    return this.#own.get(id)
  }

  /** The root of an envelope that a peer sent: it is here while one of its envelopes is. */
  visit(session: LinkSession, { root: id, domain, remainingMs, trace }: EnvelopeRecord): Root {
    const own = this.#own.get(id)
    if (own !== undefined) return own
    let root = this.#visiting.get(id)
    if (root === undefined) {
      root = new VisitingRoot(id, this, {
        domain: domain === undefined ? undefined : this.#parts.domain(domain),
        deadline: remainingMs === undefined ? undefined : this.#parts.now() + remainingMs,
        trace,
      })
      this.#visiting.add(id, root)
    }
    if (!root.senders.includes(session)) root.senders.push(session)
    return root
  }

  /** A peer says that a root failed. */
  failedElsewhere({ root: id, code, facts }: FailRecord): void {
    const error = failedElsewhere(code, facts)
    this.#own.get(id)?.fail(error)
    this.#visiting.get(id)?.fail(error)
  }

  /** A peer says that nobody wants a root any more. */
  cancelled({ root: id, code }: CancelRecord): void {
    this.#visiting.get(id)?.failedElsewhere(failedElsewhere(code, {}))
  }

  /** The process that roots entered at is gone: nobody waits for them. */
  originGone(slot: SlotId, incarnation: number, error: MillraceError): void {
    for (const visit of this.#visiting.values())
      if (originOf(visit.id) === slot && incarnationOf(visit.id) === incarnation) visit.failedElsewhere(error)
  }

  /** Resolves when nothing of other origins is here. */
  idle(): Promise<void> {
    if (this.#visiting.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#tellIdle.push(resolve))
  }

  /** Gives up everything of other origins. */
  close(error: MillraceError): void {
    for (const visit of this.#visiting.values()) visit.failedElsewhere(error)
  }

  failed(root: Root, error: MillraceError): void {
    if (root instanceof VisitingRoot && !root.sendersKnow) this.#tellSenders(root, error)
    const cancel: CancelRecord = { kind: 'cancel', root: root.id ?? '', code: error.code }
    for (const peer of this.#parts.peers.values()) peer.cancel(root, cancel)
  }

  ended(root: Root): void {
    const id = root.id ?? ''
    if (!(root instanceof VisitingRoot)) return void this.#own.delete(id)
    this.#visiting.delete(id)
    if (this.#tellIdle.length > 0 && this.#visiting.size === 0) for (const tell of this.#tellIdle.splice(0)) tell()
  }

  traceOf(id: RootId): string {
    return createHash('sha256').update(`${this.#parts.run} ${id}`).digest('hex').slice(0, 32)
  }

  reply(root: Root, { type, emitter }: Route, payload: unknown, subtree: Subtree, position: Position): void {
    const { engine, peers, edges } = this.#parts
    const id = root.id ?? ''
    const peer = peers.get(originOf(id))
    if (peer === undefined || !waitsForReply(id)) return engine().unclaimed(type)
    const edge = edges.numberOf(emitter, outside, type)
    const leaves = engine().replyForWire(type, payload)
    if (root.domain === undefined && cameStraightFrom(root, peer)) peer.tell(edge, leaves, root, position)
    else peer.send(edge, leaves, subtree, position)
  }

  #tellSenders(root: VisitingRoot, error: MillraceError): void {
    const { place, events } = this.#parts
    const here = error.facts.worker === undefined
    const facts = here ? { ...error.facts, worker: place.slot } : error.facts
    if (here) events.emit('root.failed', { ...facts, code: error.code, reason: reasonOf(error), trace: root.traceId })
    const { code }: { readonly code: ErrorCode } = error
    for (const { link } of root.senders) link.send({ kind: 'fail', root: root.id, code, facts })
  }
}

/** Whether every envelope of a root came over the link that its replies go by. */
function cameStraightFrom(root: Root, peer: Peer): boolean {
  return root instanceof VisitingRoot && root.senders.every((session) => session.peer === peer)
}
