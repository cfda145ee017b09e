/**
 * The life of the links between one worker and the others.
 *
 * V1  A slot has one current link. A newer one takes its place: the older is a former link then, and counts for less.
 * V2  A link that has ended counts for nothing. Why it has is not known at once: its process may be dead, and whoever supervises
 *     says so, or a newer process comes. Where neither happens in time, the link itself has failed.
 * V3  With that verdict ends what was sent over the link and may not be sent again, and what came by it and cannot come again.
 * V4  A process whose slot another has taken gets no new links. Without one to a peer, when it is known why, what would wait for
 *     it fails.
 */
import type { EndpointTable, Link, LinkEnd, MillraceError, Plan, Retiring, SlotId } from '@millrace/contracts'
import type { Ledger } from '../ledger/ledger.js'
import type { CrossingRoots } from './crossing-roots.js'
import type { Domains } from './domains.js'
import type { ExpectedRepeats } from './expected-repeats.js'
import { type LinkHearer, LinkSession } from './link-session.js'
import type { Peer } from './peer.js'
import type { Place } from './place.js'
import { redeliverOf } from './redeliver-of.js'
import { linkLost, workerGone } from './remote-errors.js'

/** How long a lost link waits for news of its peer before it counts as the link's own failure, in milliseconds. */
const verdictMs = 1000

/** A lost link whose peer may be dead. */
interface Verdict {
  readonly session: LinkSession
  readonly timer: NodeJS.Timeout
}

/** What the links of a worker are made of. */
export interface LinksParts {
  readonly plan: Plan
  readonly place: Place
  readonly peers: ReadonlyMap<SlotId, Peer>
  readonly roots: CrossingRoots
  readonly expected: ExpectedRepeats
  /** What this worker leaves to a later process; undefined where it leaves nothing. */
  readonly ledger: Ledger | undefined
  /** The current link of a slot is gone. */
  readonly ended: (slot: SlotId, end: LinkEnd) => void
}

/** Whom the links have to do with, from when the worker has its part of the graph. */
export interface LinkUsers {
  /** Gets what comes. */
  readonly hearer: LinkHearer
  readonly domains: Domains
}

/** The links of one worker. */
export class Links {
  readonly #parts: LinksParts
  /** The current link of each slot that has one. */
  readonly #sessions = new Map<SlotId, LinkSession>()
  /** Links to older processes that still stand. */
  readonly #former = new Set<LinkSession>()
  readonly #verdicts = new Map<Peer, Verdict>()
  /** Those that were there before anybody could hear what comes by them. */
  #early: Link[] = []
  #users: LinkUsers | undefined
  /** The processes that there were when it was told last. */
  #table: EndpointTable = { version: 0, endpoints: [], retiring: [] }
  /** Whether another process has the slot: this one finishes what began here, and gets no new links. */
  #retires = false
  #closing = false

  constructor(parts: LinksParts) {
    this.#parts = parts
  }

  /** How many envelopes that came by them are not done. */
  get held(): number {
    let held = 0
    for (const { open } of this.#standing()) held += open
    return held
  }

  /** From now on what comes is heard. */
  attach(users: LinkUsers): void {
    this.#users = users
    for (const link of this.#early.splice(0)) this.#begin(link, users)
  }

  /** Learns which processes there are, and whether another one has the slot. */
  learn(table: EndpointTable): void {
    const { place, peers } = this.#parts
    this.#table = table
    const hasSlotNow = (one: Retiring): boolean => one.slot === place.slot && one.incarnation > place.incarnation
    if (this.#retires || !table.endpoints.some(hasSlotNow)) return
    this.#retires = true
    for (const peer of peers.values()) this.#strand(peer, linkLost(peer.slot))
  }

  /** There is a new link. */
  opened(link: Link): void {
    if (this.#closing) return void link.close()
    if (this.#users === undefined) this.#early.push(link)
    else this.#begin(link, this.#users)
  }

  /** The process in a slot is there no longer: what it held is sent again or has failed, and what it had sent here nobody waits for. */
  gone(slot: SlotId, incarnation: number): void {
    const peer = this.#parts.peers.get(slot)
    if (peer === undefined || this.#closing) return
    const error = workerGone(slot)
    this.#parts.roots.originGone(slot, incarnation, error)
    this.#users?.domains.originGone(slot, incarnation)
    const verdict = this.#verdicts.get(peer)
    const sessions = this.#standing().filter((session) => session.peer === peer)
    if (verdict !== undefined && this.#isGone(verdict.session, incarnation)) this.#judge(verdict.session, error)
    for (const session of sessions) if (this.#isGone(session, incarnation)) this.#lose(session, error)
    this.#strand(peer, error)
  }

  /** From now on no link begins, and none that ends is missed. */
  shut(): void {
    this.#closing = true
  }

  /** Gives all of them up before they are closed. */
  async vacate(): Promise<void> {
    const sessions = this.#standing()
    for (const session of sessions) this.#giveUp(session)
    await Promise.all(sessions.map(({ link }) => link.close()))
  }

  /** Closes them; what was sent is handed over. */
  async close(): Promise<void> {
    await Promise.all(this.#standing().map(({ link }) => link.close()))
    for (const { timer } of this.#verdicts.values()) clearTimeout(timer)
  }

  #begin(link: Link, { hearer, domains }: LinkUsers): void {
    const { peers, ledger } = this.#parts
    const peer = peers.get(link.peer)
    if (peer === undefined) return void link.close()
    const gated = ledger?.gate(link) ?? link
    const session = new LinkSession(gated, peer, hearer, (end) => this.#ended(session, end))
    const former = this.#sessions.get(link.peer)
    if (former !== undefined) this.#supersede(former)
    this.#sessions.set(link.peer, session)
    const verdict = this.#verdicts.get(peer)
    if (verdict !== undefined)
      this.#judge(verdict.session, isNewer(gated, verdict.session.link) ? workerGone(peer.slot) : linkLost(peer.slot))
    gated.listen(session)
    peer.opened(gated)
    domains.repeat(link.peer)
  }

  /** A slot moves to a newer process while the older one lives: what that one makes of domains is done again, and counts no more. */
  #supersede(session: LinkSession): void {
    session.standing = 'former'
    session.superseded = true
    this.#former.add(session)
    this.#parts.expected.expect(session.arrivals())
  }

  #ended(session: LinkSession, end: LinkEnd): void {
    const { peer } = session
    if (session.standing === 'over') return
    const wasCurrent = session.standing === 'current'
    this.#giveUp(session)
    if (this.#closing) return
    if (!wasCurrent) return this.#judge(session, workerGone(peer.slot))
    const timer = setTimeout(() => this.#newsStayAway(session), verdictMs)
    this.#verdicts.set(peer, { session, timer })
    this.#parts.ended(peer.slot, session.refused ? 'closed' : end)
  }

  /** Nothing that comes by a link counts any longer, and nothing leaves by it. */
  #giveUp(session: LinkSession): void {
    const { peer, link } = session
    session.standing = 'over'
    this.#parts.expected.expect(session.arrivals())
    if (!this.#former.delete(session)) this.#sessions.delete(peer.slot)
    peer.linkLost(link)
  }

  /** Its process is gone, whether its carrier says so or not. */
  #lose(session: LinkSession, error: MillraceError): void {
    this.#giveUp(session)
    session.link.lose()
    this.#judge(session, error)
  }

  /** Nobody has said that the process is gone, and it has no link. */
  #newsStayAway(session: LinkSession): void {
    const { peer } = session
    this.#judge(session, linkLost(peer.slot))
    this.#strand(peer, linkLost(peer.slot))
  }

  /** It is known why a link was lost: what may not be sent again fails, and so does what came by it and cannot come again. */
  #judge(session: LinkSession, error: MillraceError): void {
    const { peer, link } = session
    const verdict = this.#verdicts.get(peer)
    if (verdict?.session === session) {
      clearTimeout(verdict.timer)
      this.#verdicts.delete(peer)
    }
    peer.judge(link, error)
    if (this.#mayComeAgain(peer, error)) return
    // What belongs to a domain was sent again when the slot moved: the newer process repeats it.
    for (const { root } of session.arrivals()) if (root.domain === undefined || !session.superseded) root.fail(error)
  }

  /** Lets nothing wait for a link that will not come. */
  #strand(peer: Peer, error: MillraceError): void {
    if (this.#retires && !peer.ready && !this.#verdicts.has(peer)) peer.strand(error)
  }

  /** Every link that has not ended, the current ones first. */
  #standing(): readonly LinkSession[] {
    return [...this.#sessions.values(), ...this.#former]
  }

  /**
   * Whether the process that a link leads to is gone. The older ones of its slot are, unless they are listed, as those that retire
   * are; a newer one may not be listed yet.
   *
   * @param incarnation one of its slot that is gone
   */
  #isGone({ peer, link }: LinkSession, incarnation: number): boolean {
    const { endpoints, retiring } = this.#table
    const isOfLink = (one: Retiring): boolean => one.slot === peer.slot && one.incarnation === link.incarnation
    if (link.incarnation === undefined || link.incarnation === incarnation) return true
    return link.incarnation < incarnation && !endpoints.some(isOfLink) && !retiring.some(isOfLink)
  }

  /** What a dead worker has sent comes again if it is sent again to its replacement; what a lost link carried, if this slot may get it again. */
  #mayComeAgain({ slot }: Peer, { code }: MillraceError): boolean {
    const { plan, place } = this.#parts
    return redeliverOf(plan, slot) > 0 || (code !== 'WORKER_CRASHED' && redeliverOf(plan, place.slot) > 0)
  }
}

function isNewer(link: Link, than: Link): boolean {
  return link.incarnation !== undefined && than.incarnation !== undefined && link.incarnation > than.incarnation
}
