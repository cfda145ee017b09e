/**
 * The roots that are known in more than one worker.
 *
 * M1  A root has one name everywhere. Where it entered it is known from its first hop to its end; elsewhere while one of its
 *     envelopes is there.
 * M2  A failure travels against the envelopes, hop by hop, before their acknowledgements; a cancel travels with them. One that
 *     stands at a position takes effect where its root entered, and everybody on its way knows where it stands.
 * M3  A deadline passes where the root entered. Whoever then has some of it and has sent none of that on says so there at once.
 * M4  A reply goes straight to the origin. The first needs no acknowledgement where the envelope that it comes of is acknowledged
 *     over the same link after it, and would be handled again if it came again; anywhere else a reply is a part of its subtree.
 *     Where that link is lost, the first is told again to whoever sends such an envelope again before it is done.
 */

import { createHash } from 'node:crypto'
import type {
  CancelRecord,
  EnvelopeRecord,
  ErrorCode,
  EventEmitter,
  FailRecord,
  Link,
  MillraceError,
  Position,
  RootName,
  SlotId,
} from '@millrace/contracts'
import { outside } from '@millrace/placement'
import type { Domain } from '../runner/domain.js'
import type { HomeWay, Root, RootCrossing } from '../runner/root.js'
import type { Route } from '../runner/route.js'
import type { Arrived } from '../runner/runner.js'
import type { Subtree } from '../runner/subtree.js'
import { reasonOf } from '../runtime/reason-of.js'
import type { EdgeMap } from './edge-map.js'
import { factsThatLeave } from './facts-that-leave.js'
import type { LinkSession } from './link-session.js'
import type { MeshEngine } from './mesh-engine.js'
import type { Peer } from './peer.js'
import type { Place } from './place.js'
import { failedElsewhere, groupOfSlot, linkLost, workerGone } from './remote-errors.js'
import {
  type Awaited,
  enteredAt,
  incarnationOf,
  originOf,
  rootOrigin,
  waitsForReply,
  waitsForText,
} from './root-origin.js'
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
  /** Monotonic, in milliseconds. */
  readonly clock: () => number
  readonly engine: () => MeshEngine
  readonly domain: (id: string) => Domain | undefined
  /** Whether what a node emits is not emitted again when the message that it comes of comes again. */
  readonly emitsOnce: (node: number) => boolean
}

/** Where the replies of an origin's roots go. */
interface Home {
  readonly origin: string
  /** Undefined where nobody waits for them. */
  readonly peer: Peer | undefined
  /** Whether they are passed on there as text. */
  readonly unread: boolean
}

/** The roots of one worker that others know too: its own that have left it, and those of others that are here. */
export class CrossingRoots implements RootCrossing, HomeWay {
  readonly #parts: CrossingRootsParts
  readonly #origins: Readonly<Record<Awaited, string>>
  readonly #own = new RootTable<Root>()
  readonly #visiting = new RootTable<VisitingRoot>()
  #next = 0
  /** Where replies go to the origin that was asked for last, and how. */
  #home: Home = { origin: '', peer: undefined, unread: false }
  /** The newest process of a slot that is known to be gone, and what its roots are told. */
  readonly #gone = new Map<SlotId, { readonly incarnation: number; readonly error: MillraceError }>()
  #tellIdle: (() => void)[] = []
  #silent = false

  constructor(parts: CrossingRootsParts) {
    const { slot, incarnation } = parts.place
    this.#parts = parts
    this.#origins = {
      reply: rootOrigin(slot, incarnation, 'reply'),
      text: rootOrigin(slot, incarnation, 'text'),
      nothing: rootOrigin(slot, incarnation, 'nothing'),
    }
    // What began in an earlier process of this slot can have no reply from here.
    if (incarnation > 1) this.#gone.set(slot, { incarnation: incarnation - 1, error: workerGone(slot) })
  }

  /** How many there are. */
  get size(): number {
    return this.#own.size + this.#visiting.size
  }

  /** How many origins are known, those included of which nothing is here now. */
  get origins(): number {
    return this.#own.origins + this.#visiting.origins
  }

  /** Gives a root that leaves for the first time the name that other workers know it by. @returns its origin */
  name(root: Root): string {
    if (root.origin !== undefined) return root.origin
    const origin = this.#origins[awaitedOf(root)]
    root.origin = origin
    root.number = this.#next++
    root.crossing = this
    this.#own.add(origin, root.number, root)
    return origin
  }

  /** Whether a root entered here. */
  isOwn(root: Root): boolean {
    return !(root instanceof VisitingRoot)
  }

  /** The root of this name that entered here; undefined when nothing of it is left. */
  own({ origin, root }: RootName): Root | undefined {
    return this.#own.get(origin, root)
  }

  /** The root of an envelope that a peer sent: it is here while one of its envelopes is. */
  visit(session: LinkSession, envelope: EnvelopeRecord): Root {
    const own = this.own(envelope)
    if (own !== undefined) {
      this.alsoFrom(session, own)
      return own
    }
    const { origin, root: number, domain, remainingMs, trace } = envelope
    let root = this.#visiting.get(origin, number)
    if (root === undefined) {
      root = new VisitingRoot(envelope, this, session, {
        domain: domain === undefined ? undefined : this.#parts.domain(domain),
        deadline: remainingMs === undefined ? undefined : this.#parts.clock() + remainingMs,
        trace,
      })
      this.#visiting.add(origin, number, root)
      if (root.domain !== undefined) root.domain.visitors++
      if (this.#isOwnOrigin(origin)) endOver(root, domain, linkLost(session.peer.slot))
      else if (this.#gone.size > 0) this.#endIfOriginGone(root, domain)
      this.#failAgain(session, root)
    } else this.alsoFrom(session, root)
    return root
  }

  /** Whether a root that is known here belongs to an order domain. */
  inDomain({ origin, root }: RootName): boolean {
    return (this.#own.get(origin, root) ?? this.#visiting.get(origin, root))?.domain !== undefined
  }

  /** An envelope of a root has come by a link: whoever sent it hears of its failure, also of one that is known already. */
  alsoFrom(session: LinkSession, root: Root): void {
    const { failure } = root
    const mustKnow = root instanceof VisitingRoot ? root.alsoFrom(session) : isOfRun(root)
    if (!mustKnow) return
    if (failure !== undefined) this.#tell(session.link, this.#failRecord(root, failure))
    else this.#tellStanding(session, root)
  }

  /**
   * An envelope has come again while it is being worked on: the link before was lost, and a reply that it carried may have been,
   * which the acknowledgement must not outrun.
   */
  comeAgain(session: LinkSession, root: Root): void {
    this.alsoFrom(session, root)
    if (!(root instanceof VisitingRoot) || root.toldWhere === undefined || root.failure !== undefined) return
    if (session.peer === this.#homeOf(root.origin).peer)
      session.peer.tell(root.toldOn, root.told, root, root.toldWhere, session.link)
  }

  /** A peer says that a root failed. */
  failedElsewhere({ origin, root: number, code, facts, position }: FailRecord): void {
    const root = this.#own.get(origin, number) ?? this.#visiting.get(origin, number)
    const error = failedElsewhere(code, facts)
    if (position.length > 0) root?.failAt(position, error)
    else root?.fail(error)
  }

  /** A peer says that nobody wants a root any more. */
  cancelled({ origin, root, code }: CancelRecord, session: LinkSession): void {
    const visit = this.#visiting.get(origin, root)
    if (visit === undefined) return
    if (code === 'REPLY_TIMEOUT') this.#sayIfHere(visit)
    giveUp(visit, failedElsewhere(code, {}), session)
  }

  /** The process that roots entered at is gone: nobody waits for them. */
  originGone(slot: SlotId, incarnation: number, error: MillraceError): void {
    this.#gone.set(slot, { incarnation, error })
    for (const visit of this.#visiting.values()) if (enteredAt(visit.origin, slot, incarnation)) giveUp(visit, error)
  }

  /**
   * A domain has ended: what a worker that has died has sent of it, and nobody sends again, ends. It may have ended because the
   * process where it began has died, of which this worker has not heard yet.
   */
  domainEnded(domain: Domain): void {
    if (domain.visitors === 0) return
    for (const visit of this.#visiting.values())
      if (visit.domain === domain) giveUp(visit, linkLost(visit.senders.at(-1)?.peer.slot ?? ''))
  }

  /** Resolves when nothing of other origins is here. */
  idle(): Promise<void> {
    if (this.#visiting.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#tellIdle.push(resolve))
  }

  /** Gives up everything of other origins. */
  close(error: MillraceError): void {
    for (const visit of this.#visiting.values()) giveUp(visit, error)
  }

  /** From now on nobody hears of what fails here. */
  silence(): void {
    this.#silent = true
  }

  overdue(root: Root): boolean {
    const cancel = cancelOf(root, 'REPLY_TIMEOUT')
    let asked = false
    for (const peer of this.#parts.peers.values()) if (peer.stop(root, cancel)) asked = true
    return asked
  }

  failed(root: Root, error: MillraceError): void {
    if (this.#silent) return
    if (!(root instanceof VisitingRoot)) this.#tellAll(root, error)
    else this.#tellSenders(root, error)
    const cancel = cancelOf(root, error.code)
    for (const peer of this.#parts.peers.values()) peer.cancel(root, cancel)
  }

  failedAt(root: Root, position: Position, error: MillraceError): void {
    if (!this.#silent && root instanceof VisitingRoot) this.#tellSenders(root, error, position)
  }

  ended(root: Root): void {
    const { origin = '', number } = root
    if (!(root instanceof VisitingRoot)) return void this.#own.delete(origin, number)
    this.#visiting.delete(origin, number)
    if (root.domain !== undefined) root.domain.visitors--
    if (this.#tellIdle.length > 0 && this.#visiting.size === 0) for (const tell of this.#tellIdle.splice(0)) tell()
  }

  traceOf({ origin = '', number }: Root): string {
    return createHash('sha256').update(`${this.#parts.run} ${origin}${number}`).digest('hex').slice(0, 32)
  }

  reply(root: Root, { type, emitter }: Route, payload: unknown, subtree: Subtree, where: Arrived): void {
    const { engine, edges, emitsOnce } = this.#parts
    const { peer, unread } = this.#homeOf(root.origin ?? '')
    if (peer === undefined) return engine().unclaimed(type)
    const edge = edges.numberOf(emitter, outside, type)
    const leaves = engine().replyForWire(type, payload, unread)
    if (root.domain !== undefined || emitsOnce(emitter) || !isFirstStraightTo(peer, root))
      return peer.send(edge, leaves, subtree, where)
    root.tells(edge, leaves, where)
    peer.tell(edge, leaves, root, where)
  }

  #homeOf(origin: string): Home {
    if (origin !== this.#home.origin) {
      const peer = waitsForReply(origin) ? this.#parts.peers.get(originOf(origin)) : undefined
      this.#home = { origin, peer, unread: waitsForText(origin) }
    }
    return this.#home
  }

  #isOwnOrigin(origin: string): boolean {
    const { reply, text, nothing } = this.#origins
    return origin === reply || origin === text || origin === nothing
  }

  /** Tells who waits for a single request that it is here, and not with those further on, who say so themselves. */
  #sayIfHere(visit: VisitingRoot): void {
    const { place, peers } = this.#parts
    if (visit.failure !== undefined || visit.domain !== undefined) return
    for (const peer of peers.values()) if (peer.has(visit)) return
    const here = failedElsewhere('REPLY_TIMEOUT', { group: groupOfSlot(place.slot) })
    this.#tell(peers.get(originOf(visit.origin))?.linkFor(visit.origin), this.#failRecord(visit, here))
  }

  #tellSenders(root: VisitingRoot, error: MillraceError, position?: Position): void {
    const record = this.#failRecord(root, error, position)
    const { facts, code } = record
    if (root.isNews && error.facts.worker === undefined)
      this.#parts.events.emit('root.failed', { ...facts, code, reason: reasonOf(error), trace: root.traceId })
    for (const session of root.senders) if (root.mustTell(session)) this.#tell(session.link, record)
  }

  /** What comes back here of a source's root that has failed is dropped, and whoever sent it must not take it for done. */
  #tellAll(root: Root, error: MillraceError): void {
    if (!isOfRun(root)) return
    const record = this.#failRecord(root, error)
    for (const peer of this.#parts.peers.values()) this.#tell(peer.linkFor(undefined), record)
  }

  /** Who sends a message again may not have heard that its root has failed here, or where its failure stands: nothing will pass. */
  #failAgain(session: LinkSession, root: VisitingRoot): void {
    const { domain } = root
    if (domain?.failure !== undefined && domain.failedFrom === root.seq) root.fail(domain.failure)
    else this.#tellStanding(session, root)
  }

  #tellStanding({ link }: LinkSession, root: Root): void {
    const stands = root.domain?.stands
    if (stands?.root.seq === root.seq) this.#tell(link, this.#failRecord(root, stands.error, stands.position))
  }

  /** @param position where the failure stands; empty where the root has failed */
  #failRecord({ origin = '', number }: Root, error: MillraceError, position: Position = []): FailRecord {
    const facts = { worker: this.#parts.place.slot, ...factsThatLeave(error) }
    return { kind: 'fail', origin, root: number, code: error.code, position, facts }
  }

  /** That a root has failed must be known, also where its facts do not fit a frame. */
  #tell(link: Link | undefined, record: FailRecord): void {
    try {
      link?.send(record)
    } catch {
      link?.send({ ...record, facts: { worker: this.#parts.place.slot } })
    }
  }

  /** @param domain the name of its order domain */
  #endIfOriginGone(root: VisitingRoot, domain: string | undefined): void {
    const gone = this.#gone.get(originOf(root.origin))
    if (gone !== undefined && incarnationOf(root.origin) <= gone.incarnation) endOver(root, domain, gone.error)
  }
}

function awaitedOf({ ticket, asText }: Root): Awaited {
  if (ticket < 0) return 'nothing'
  return asText ? 'text' : 'reply'
}

function cancelOf({ origin = '', number }: Root, code: ErrorCode): CancelRecord {
  return { kind: 'cancel', origin, root: number, code }
}

/** Ends a root of which nothing is left where it entered. @param domain the name of its order domain, which is not begun again */
function endOver(root: VisitingRoot, domain: string | undefined, error: MillraceError): void {
  if (domain === undefined) root.unwanted(error, 'all')
  else root.fail(error)
}

/**
 * Ends a root that nobody waits for. Where it belongs to the run of a source, those who sent it are told before the
 * acknowledgement of what is dropped here: they would take it for done, and a run that goes on later would miss it.
 */
function giveUp(visit: VisitingRoot, error: MillraceError, by: LinkSession | 'all' = 'all'): void {
  if (isOfRun(visit)) visit.fail(error)
  else visit.unwanted(error, by)
}

function isOfRun({ domain }: Root): boolean {
  return domain?.isRun === true
}

/** Whether every envelope of a root came over the link that its replies go by, and none has gone by it that it remembers. */
function isFirstStraightTo(peer: Peer, root: Root): root is VisitingRoot {
  if (!(root instanceof VisitingRoot) || root.toldWhere !== undefined) return false
  return root.senders.every((session) => session.peer === peer)
}
