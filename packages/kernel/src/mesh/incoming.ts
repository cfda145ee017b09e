import {
  comparePositions,
  type EnvelopeRecord,
  type ErrorCode,
  type EventEmitter,
  JsonText,
  type Link,
  type LinkRecord,
  type Position,
  type SlotId,
} from '@millrace/contracts'
import { outside } from '@millrace/placement'
import type { Root } from '../runner/root.js'
import { type AdmissionInput, admittedEnvelopes } from './admitted-envelopes.js'
import { Arrival } from './arrival.js'
import type { CrossingRoots } from './crossing-roots.js'
import type { Domains } from './domains.js'
import type { ExpectedRepeats } from './expected-repeats.js'
import type { HopTelemetry } from './hop-telemetry.js'
import type { LinkHearer, LinkSession } from './link-session.js'
import type { MeshEngine } from './mesh-engine.js'
import { enteredAt } from './root-origin.js'

/** What taking records from others needs. */
export interface IncomingParts {
  readonly admission: AdmissionInput
  /** The slot of this worker. */
  readonly slot: SlotId
  readonly engine: MeshEngine
  readonly domains: Domains
  readonly roots: CrossingRoots
  readonly expected: ExpectedRepeats
  readonly hops: HopTelemetry
  readonly events: EventEmitter
  /** A reply came for a root that has ended. */
  readonly lateReply: () => void
}

/**
 * Takes what comes over the links: an envelope goes to its node or, as a reply, to whoever waits for it, and is acknowledged
 * when everything that came of it is done.
 */
export class Incoming implements LinkHearer {
  readonly #parts: IncomingParts
  readonly #admitted = new Map<SlotId, number>()
  #acknowledging: LinkSession[] = []
  #repeatedReplies = 0

  constructor(parts: IncomingParts) {
    this.#parts = parts
  }

  /** How many replies came again and were taken once. */
  get repeatedReplies(): number {
    return this.#repeatedReplies
  }

  heard(session: LinkSession, record: Exclude<LinkRecord, { kind: 'ack' }>): void {
    const { domains, roots } = this.#parts
    if (session.standing !== 'current' && !this.#stillCounts(session, record)) return
    if (this.#isOneTooMany(record)) this.#refuse(session, 'OVERLOADED')
    else if (record.kind === 'envelope') this.#arrived(session, record)
    else if (record.kind === 'mark') domains.receive(session.peer.slot, record)
    else if (record.kind === 'cancel') roots.cancelled(record, session)
    else roots.failedElsewhere(record)
  }

  flushLater(session: LinkSession): void {
    this.#acknowledging.push(session)
    this.#parts.engine.runner.loop.flushLater()
  }

  /** Acknowledges what is done. */
  flush(): void {
    const sessions = this.#acknowledging
    this.#acknowledging = []
    for (const session of sessions) session.flush()
  }

  /**
   * Whether something counts that comes by a link which is not the current one of its slot. Nothing does of what belongs to a
   * domain that began elsewhere: the newer process repeats it, and what the older one gives up when it is stopped is not given up.
   */
  #stillCounts({ standing, link }: LinkSession, record: Exclude<LinkRecord, { kind: 'ack' }>): boolean {
    if (standing === 'over') return false
    if (record.kind === 'envelope' || record.kind === 'mark')
      return record.domain === undefined || beganAt(link, record.domain)
    return beganAt(link, record.origin) || !this.#parts.roots.inDomain(record)
  }

  #arrived(session: LinkSession, record: EnvelopeRecord): void {
    const { admission, engine, roots, hops } = this.#parts
    const edge = admission.edges.edges[record.edge]
    if (edge === undefined) return this.#refuse(session, 'SEC_FRAME_MALFORMED')
    if (record.ticket === undefined) {
      // Only the reply of a single request may go unacknowledged: nothing else would bound what is taken.
      if (edge.to !== outside || record.domain !== undefined) return this.#refuse(session, 'SEC_FRAME_MALFORMED')
    } else if (++session.open > this.#admittedFrom(session.peer.slot)) return this.#refuse(session, 'OVERLOADED')
    if (edge.to === outside) return this.#replyArrived(session, record, edge.type)
    const run = engine.run(edge.to)
    if (run === undefined || isUnread(record)) return this.#refuse(session, 'SEC_FRAME_MALFORMED')
    if (this.#joins(session, record)) return
    const arrival = new Arrival(roots.visit(session, record), session, record)
    if (arrival.root.failure !== undefined) return arrival.partDone()
    engine.runner.arrive(run, engine.arrivalRoute(edge.type), record.payload, arrival, hops.where(record))
  }

  #replyArrived(session: LinkSession, envelope: EnvelopeRecord, type: number): void {
    const { ticket, payload, position } = envelope
    const { engine, roots, hops } = this.#parts
    const root = roots.own(envelope)
    if (root === undefined) {
      this.#parts.lateReply()
      if (ticket !== undefined) session.acknowledge(ticket)
      return
    }
    const isItem = root.domain !== undefined
    if ((isUnread(envelope) && !root.asText) || (isItem && ticket === undefined))
      return this.#refuse(session, 'SEC_FRAME_MALFORMED')
    if (this.#joins(session, envelope)) return
    const arrival = new Arrival(root, session, envelope)
    const outlet = root.domain?.outlet
    if (root.failure !== undefined) return arrival.partDone()
    if (outlet !== undefined && outlet.type === type)
      return engine.runner.arrive(outlet.run, engine.arrivalRoute(type), payload, arrival, hops.where(envelope))
    if (this.#isFirst(root, position)) root.owner.replied(root, type, payload)
    arrival.partDone()
  }

  /** Whether a reply has not come before: of two with one position, the second is a repeat and no second reply. */
  #isFirst(root: Root, position: Position): boolean {
    if (root.repliedAt !== undefined && comparePositions(root.repliedAt, position) === 0) {
      this.#repeatedReplies++
      return false
    }
    root.repliedAt ??= position
    return true
  }

  /** Whether an envelope is a repeat of one that is being worked on. */
  #joins(session: LinkSession, record: EnvelopeRecord): boolean {
    const first = this.#parts.expected.join(session, record)
    if (first === undefined) return false
    this.#parts.roots.comeAgain(session, first.root)
    return true
  }

  /** A peer sends what no honest one would: nothing more is taken from it. */
  #refuse(session: LinkSession, code: ErrorCode): void {
    this.#parts.events.emit('security.refused', { peer: session.peer.slot, code })
    session.refused = true
    session.link.lose()
  }

  /** Whether it would begin an order domain although there are as many as admission can make. */
  #isOneTooMany(record: LinkRecord): boolean {
    const { domains } = this.#parts
    return domains.full && 'domain' in record && record.domain !== undefined && !domains.has(record.domain)
  }

  #admittedFrom(slot: SlotId): number {
    let admitted = this.#admitted.get(slot)
    if (admitted === undefined) {
      admitted = admittedEnvelopes(this.#parts.admission, slot, this.#parts.slot)
      this.#admitted.set(slot, admitted)
    }
    return admitted
  }
}

/** Whether its payload is text that nobody has read. */
function isUnread({ payload }: EnvelopeRecord): boolean {
  return payload instanceof JsonText
}

/** Whether a root or a domain began in the process that a link leads to. @param name of its origin, or its own */
function beganAt({ peer, incarnation }: Link, name: string): boolean {
  return enteredAt(name, peer, incarnation)
}
