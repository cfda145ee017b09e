/**
 * What one worker has to do with the others: it sends envelopes over hops and takes those that come, acknowledges each when
 * everything that came of it is done, and keeps failures, cancels and watermarks travelling.
 *
 * Acknowledgements and marks leave at the end of a run of works, when nothing is on the stack.
 */
import type {
  BoundaryDelivery,
  EndpointTable,
  EnvelopeRecord,
  ErrorCode,
  EventEmitter,
  Link,
  LinkEnd,
  LinkRecord,
  MillraceError,
  Plan,
  SlotId,
  Transport,
  WorkerEndpoint,
} from '@millrace/contracts'
import { outside } from '@millrace/placement'
import type { Domain } from '../runner/domain.js'
import type { NodeRun } from '../runner/node-run.js'
import type { RemoteTarget, Route } from '../runner/route.js'
import type { Runner } from '../runner/runner.js'
import { admittedEnvelopes } from './admitted-envelopes.js'
import { Arrival } from './arrival.js'
import { chooseSlot, entryChoice } from './choose-slot.js'
import { Connector } from './connector.js'
import { CrossingRoots } from './crossing-roots.js'
import type { DomainEntry } from './domain-id.js'
import { Domains } from './domains.js'
import { type EdgeMap, edgeMap } from './edge-map.js'
import { type LinkHearer, LinkSession } from './link-session.js'
import { Peer } from './peer.js'
import type { Place } from './place.js'
import { linkLost, workerGone } from './remote-errors.js'

/** How long a lost link waits for news of its peer before it counts as the link's own failure, in milliseconds. */
const verdictMs = 1000

/** What a mesh is made of. */
export interface MeshParts {
  readonly plan: Plan
  readonly place: Place
  /** Names the run: what is derived from the name of a root differs from run to run. */
  readonly run: string
  /** The slots that this one shares a link with. */
  readonly peers: readonly SlotId[]
  readonly transport: Transport
  readonly events: EventEmitter
  /** Wall time in milliseconds since the epoch. */
  readonly now: () => number
  /** How many unfinished roots each origin may have. */
  readonly maxInFlight: number
}

/** The worker's own part of the graph, as the mesh needs it. */
export interface MeshEngine {
  readonly runner: Runner
  /** For each node, whether something ordered may come after it. */
  readonly tracked: readonly boolean[]
  /** The node of this worker; undefined for one in another. */
  run(node: number): NodeRun | undefined
  /** The route of a message that comes from another worker. */
  arrivalRoute(type: number): Route
  /** A reply as it leaves: its schema alone says what is in it. */
  replyForWire(type: number, payload: unknown): unknown
  /** A reply had nobody to go to. */
  unclaimed(type: number): void
}

/** The links of one worker, and everything that travels over them. */
export class Mesh implements LinkHearer {
  /** A reply came for a root that has ended. */
  lateReply: () => void = () => undefined
  readonly roots: CrossingRoots
  readonly #parts: MeshParts
  readonly #edges: EdgeMap
  readonly #connector: Connector
  readonly #peers: ReadonlyMap<SlotId, Peer>
  readonly #sessions = new Map<SlotId, LinkSession>()
  readonly #admitted = new Map<SlotId, number>()
  readonly #verdicts = new Map<Peer, NodeJS.Timeout>()
  #early: Link[] = []
  #acknowledging: LinkSession[] = []
  #attached: { readonly engine: MeshEngine; readonly domains: Domains } | undefined
  #closing = false

  constructor(parts: MeshParts) {
    const { plan, place, run, peers, transport, events, now } = parts
    this.#parts = parts
    this.#edges = edgeMap(plan.graph)
    this.#peers = new Map(peers.map((slot) => [slot, new Peer(slot, { now, name: (root) => this.roots.name(root) })]))
    this.roots = new CrossingRoots({
      place,
      run,
      events,
      now,
      edges: this.#edges,
      peers: this.#peers,
      engine: () => this.#working.engine,
      domain: (id) => this.#working.domains.get(id),
    })
    this.#connector = new Connector({
      place,
      peers,
      transport,
      events,
      opened: (link) => this.#opened(link),
      gone: (slot, incarnation) => this.#gone(slot, incarnation),
    })
  }

  /** Opens the slot for its peers. @throws MillraceError SEC_BIND_REFUSED, HANDOFF_TRANSPORT */
  listen(): Promise<WorkerEndpoint> {
    return this.#connector.listen()
  }

  /** Learns where its peers are now. */
  connect(table: EndpointTable): void {
    this.#connector.connect(table)
  }

  /** Takes the worker's own part of the graph; from now on what comes over the links is taken. */
  attach(engine: MeshEngine): void {
    const { loop } = engine.runner
    const domains = new Domains({
      plan: this.#parts.plan,
      place: this.#parts.place,
      peers: this.#peers.size,
      maxInFlight: this.#parts.maxInFlight,
      edges: this.#edges,
      tracked: engine.tracked,
      dirty: loop.dirty,
      flushLater: () => loop.flushLater(),
      send: (slot, mark) => this.#peers.get(slot)?.link?.send(mark),
    })
    this.#attached = { engine, domains }
    loop.onFlush(() => this.#flush())
    for (const link of this.#early.splice(0)) this.#begin(link, domains)
  }

  /** Resolves when there is a link to every peer. @throws MillraceError SHUTTING_DOWN */
  ready(): Promise<void> {
    return this.#connector.ready()
  }

  /** The peers without a link. */
  missing(): readonly SlotId[] {
    return this.#connector.missing()
  }

  /** Where a message goes that crosses to another group. @param emitter index of its node; -1 from outside */
  target({ node, group, hop }: BoundaryDelivery, emitter: number, type: number): RemoteTarget {
    const { plan } = this.#parts
    const peers = (plan.groups[group]?.slots ?? []).flatMap((slot) => this.#peers.get(slot) ?? [])
    const edge = this.#edges.numberOf(emitter, node, type)
    const choose = chooseSlot(plan, group, plan.hops[hop]?.choose ?? entryChoice(plan, group, type), peers)
    return {
      kind: 'remote',
      send: (payload, subtree, position) =>
        choose(payload, position, subtree.root.domain !== undefined).send(edge, payload, subtree, position),
    }
  }

  /** Names a domain that begins here, so that its messages can cross. */
  openDomain(domain: Domain, entry: DomainEntry): void {
    this.#working.domains.open(domain, entry)
  }

  /** Nothing of a domain that began here is left anywhere. */
  closeDomain(domain: Domain): void {
    this.#working.domains.close(domain)
  }

  /** How many envelopes of others are not done here. */
  get held(): number {
    let held = 0
    for (const { open } of this.#sessions.values()) held += open
    return held
  }

  /** How much of anything is known here that others know too: roots, envelopes, domains. At rest it is 0. */
  remaining(): number {
    let envelopes = 0
    for (const { load } of this.#peers.values()) envelopes += load
    return envelopes + this.roots.size + (this.#attached?.domains.size ?? 0)
  }

  /** Waits for no link any longer: `ready` rejects. */
  giveUp(): void {
    this.#connector.giveUp()
  }

  /** Gives up what is left and closes the links; what was sent is handed over. */
  async close(error: MillraceError): Promise<void> {
    this.#closing = true
    await this.#connector.close()
    if (this.#attached !== undefined) {
      this.roots.close(error)
      this.#flush()
    }
    await Promise.all([...this.#sessions.values()].map(({ link }) => link.close()))
    for (const timer of this.#verdicts.values()) clearTimeout(timer)
    for (const peer of this.#peers.values()) peer.close(error)
  }

  heard(session: LinkSession, record: Exclude<LinkRecord, { kind: 'ack' }>): void {
    if (this.#isOneTooMany(record)) this.#refuse(session, 'OVERLOADED')
    else if (record.kind === 'envelope') this.#arrived(session, record)
    else if (record.kind === 'mark') this.#working.domains.receive(session.peer.slot, record)
    else if (record.kind === 'cancel') this.roots.cancelled(record)
    else this.roots.failedElsewhere(record)
  }

  flushLater(session: LinkSession): void {
    this.#acknowledging.push(session)
    this.#working.engine.runner.loop.flushLater()
  }

  ended({ link, peer, refused }: LinkSession, end: LinkEnd): void {
    if (this.#sessions.get(peer.slot)?.link !== link) return
    this.#sessions.delete(peer.slot)
    peer.linkLost()
    if (this.#closing) return
    this.#verdicts.set(
      peer,
      setTimeout(() => this.#judge(peer, linkLost(peer.slot)), verdictMs),
    )
    this.#connector.ended(peer.slot, refused ? 'closed' : end)
  }

  get #working() {
    if (this.#attached === undefined) throw new RangeError('the mesh has no part of the graph yet')
    return this.#attached
  }

  #opened(link: Link): void {
    if (this.#attached === undefined) this.#early.push(link)
    else this.#begin(link, this.#attached.domains)
  }

  #begin(link: Link, domains: Domains): void {
    const peer = this.#peers.get(link.peer)
    if (peer === undefined) return void link.close()
    const session = new LinkSession(link, peer, this)
    this.#sessions.set(link.peer, session)
    if (this.#verdicts.has(peer)) this.#judge(peer, linkLost(peer.slot))
    link.listen(session)
    peer.opened(link)
    domains.repeat(link.peer)
  }

  /** The process in a slot is there no longer: what it held has failed, and what it had sent here nobody waits for. */
  #gone(slot: SlotId, incarnation: number): void {
    const peer = this.#peers.get(slot)
    if (peer === undefined || this.#closing) return
    const error = workerGone(slot)
    if (this.#sessions.has(slot)) peer.linkLost()
    this.#judge(peer, error)
    this.roots.originGone(slot, incarnation, error)
  }

  #judge(peer: Peer, error: MillraceError): void {
    clearTimeout(this.#verdicts.get(peer))
    this.#verdicts.delete(peer)
    peer.judge(error)
  }

  #arrived(session: LinkSession, record: EnvelopeRecord): void {
    const edge = this.#edges.edges[record.edge]
    if (edge === undefined) return this.#refuse(session, 'SEC_FRAME_MALFORMED')
    if (record.ticket === undefined) {
      // Only a reply may go unacknowledged: nothing else would bound what is taken.
      if (edge.to !== outside) return this.#refuse(session, 'SEC_FRAME_MALFORMED')
    } else if (++session.open > this.#admittedFrom(session.peer.slot)) return this.#refuse(session, 'OVERLOADED')
    if (edge.to === outside) return this.#replyArrived(session, record, edge.type)
    const { engine } = this.#working
    const run = engine.run(edge.to)
    if (run === undefined) return this.#refuse(session, 'SEC_FRAME_MALFORMED')
    const arrival = new Arrival(this.roots.visit(session, record), session, record.ticket)
    if (arrival.root.failure !== undefined) return arrival.partDone()
    engine.runner.arrive(run, engine.arrivalRoute(edge.type), record.payload, arrival, record.position)
  }

  #replyArrived(session: LinkSession, envelope: EnvelopeRecord, type: number): void {
    const { ticket, payload, position } = envelope
    const root = this.roots.own(envelope)
    if (root === undefined) {
      this.lateReply()
      if (ticket !== undefined) session.acknowledge(ticket)
      return
    }
    const arrival = new Arrival(root, session, ticket)
    const outlet = root.domain?.outlet
    const { engine } = this.#working
    if (root.failure !== undefined) return arrival.partDone()
    if (outlet !== undefined && outlet.type === type)
      return engine.runner.arrive(outlet.run, engine.arrivalRoute(type), payload, arrival, position)
    root.owner.replied(root, type, payload)
    arrival.partDone()
  }

  /** A peer sends what no honest one would: nothing more is taken from it. */
  #refuse(session: LinkSession, code: ErrorCode): void {
    this.#parts.events.emit('security.refused', { peer: session.peer.slot, code })
    session.refused = true
    session.link.lose()
  }

  /** Whether it would begin an order domain although there are as many as admission can make. */
  #isOneTooMany(record: LinkRecord): boolean {
    const { domains } = this.#working
    return domains.full && 'domain' in record && record.domain !== undefined && !domains.has(record.domain)
  }

  #admittedFrom(slot: SlotId): number {
    let admitted = this.#admitted.get(slot)
    if (admitted === undefined) {
      const { plan, place, maxInFlight } = this.#parts
      admitted = admittedEnvelopes({ plan, edges: this.#edges, maxInFlight }, slot, place.slot)
      this.#admitted.set(slot, admitted)
    }
    return admitted
  }

  #flush(): void {
    this.#working.domains.flush()
    const sessions = this.#acknowledging
    this.#acknowledging = []
    for (const session of sessions) session.flush()
  }
}
