/**
 * What one worker has to do with the others: it sends envelopes over hops and takes those that come, acknowledges each when
 * everything that came of it is done, and keeps failures, cancels and watermarks travelling.
 *
 * Acknowledgements and marks leave at the end of a run of works, when nothing is on the stack.
 */
import {
  type BoundaryDelivery,
  comparePositions,
  type EndpointTable,
  type EnvelopeRecord,
  type ErrorCode,
  type EventEmitter,
  type Link,
  type LinkEnd,
  type LinkRecord,
  type MessageType,
  type MillraceError,
  type Plan,
  type Position,
  type Retiring,
  type SlotId,
  type Tracing,
  type Transport,
  type WorkerEndpoint,
} from '@millrace/contracts'
import { outside } from '@millrace/placement'
import type { Ledger } from '../ledger/ledger.js'
import type { Domain } from '../runner/domain.js'
import type { NodeRun } from '../runner/node-run.js'
import type { Root } from '../runner/root.js'
import type { RemoteTarget, Route } from '../runner/route.js'
import type { Runner } from '../runner/runner.js'
import type { Subtree } from '../runner/subtree.js'
import type { SinkCheckpoint } from '../runtime/sinks.js'
import { admittedEnvelopes } from './admitted-envelopes.js'
import { Arrival } from './arrival.js'
import { chooseSlot, entryChoice } from './choose-slot.js'
import { Connector } from './connector.js'
import { CrossingRoots } from './crossing-roots.js'
import type { DomainEntry } from './domain-id.js'
import { Domains } from './domains.js'
import { type EdgeMap, edgeMap } from './edge-map.js'
import { ExpectedRepeats } from './expected-repeats.js'
import { HopTelemetry } from './hop-telemetry.js'
import { type LinkHearer, LinkSession } from './link-session.js'
import type { MeshCounters } from './mesh-counters.js'
import { type Outbox, Peer, type Sent } from './peer.js'
import type { Place } from './place.js'
import { groupOfSlot, linkLost, workerGone } from './remote-errors.js'
import { incarnationOf, originOf } from './root-origin.js'

/** How long a lost link waits for news of its peer before it counts as the link's own failure, in milliseconds. */
const verdictMs = 1000

/** A lost link whose peer may be dead. */
interface Verdict {
  readonly session: LinkSession
  readonly timer: NodeJS.Timeout | undefined
}

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
  /** Monotonic, in milliseconds. */
  readonly clock: () => number
  /** Records the ways of messages to other slots; undefined where nothing is traced. */
  readonly tracing: Tracing | undefined
  /** How many unfinished roots each origin may have. */
  readonly maxInFlight: number
  /** What this worker leaves to a later process; undefined where it leaves nothing. */
  readonly ledger: Ledger | undefined
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
  /** For each node, whether what it emits comes of something recorded here. */
  readonly keepsOutput: readonly boolean[]
  /** The sinks here that say where they stand, by node. */
  readonly checkpoints: ReadonlyMap<number, SinkCheckpoint>
  /** The route of a type that a node emits. */
  routeFrom(emitter: number, type: number): Route
  /** The message type of a name; undefined where no node knows it. */
  messageType(name: string): MessageType | undefined
  /** A reply as it leaves: its schema alone says what is in it. */
  replyForWire(type: number, payload: unknown): unknown
  /** A reply had nobody to go to. */
  unclaimed(type: number): void
  /** A message was given up on its way to a node. @returns false where the node does not say `dead_letter` */
  undeliverable(node: number, type: number, message: UndeliverableMessage): boolean
}

/** A message that has been sent as often as it may be. */
export interface UndeliverableMessage {
  readonly payload: unknown
  readonly root: Root
  /** What it is a part of. */
  readonly subtree: Subtree
  readonly position: Position
  readonly error: MillraceError
}

/** The links of one worker, and everything that travels over them. */
export class Mesh implements LinkHearer {
  /** A reply came for a root that has ended. */
  lateReply: () => void = () => undefined
  readonly roots: CrossingRoots
  readonly hops: HopTelemetry
  readonly #parts: MeshParts
  readonly #edges: EdgeMap
  readonly #connector: Connector
  readonly #peers: ReadonlyMap<SlotId, Peer>
  readonly #sessions = new Map<SlotId, LinkSession>()
  readonly #admitted = new Map<SlotId, number>()
  readonly #verdicts = new Map<Peer, Verdict>()
  readonly #expected = new ExpectedRepeats()
  #redelivered = 0
  #repeatedReplies = 0
  #early: Link[] = []
  #acknowledging: LinkSession[] = []
  #attached: { readonly engine: MeshEngine; readonly domains: Domains } | undefined
  /** Whether another process has the slot: this one finishes what began here, and gets no new links. */
  #retires = false
  #closing = false
  #vacated: Promise<unknown> | undefined

  constructor(parts: MeshParts) {
    const { plan, place, run, peers, transport, events, now, tracing } = parts
    this.#parts = parts
    this.#edges = edgeMap(plan.graph)
    this.hops = new HopTelemetry(plan, place, this.#edges, tracing)
    this.#peers = new Map(peers.map((slot) => [slot, this.#peer(slot)]))
    this.roots = new CrossingRoots({
      place,
      run,
      events,
      now,
      edges: this.#edges,
      peers: this.#peers,
      engine: () => this.#working.engine,
      domain: (id) => this.#working.domains.get(id),
      keepsOutput: (node) => this.#attached?.engine.keepsOutput[node] === true,
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
    const { slot, incarnation } = this.#parts.place
    this.#retires ||= table.endpoints.some((endpoint) => endpoint.slot === slot && endpoint.incarnation > incarnation)
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
      send: (slot, mark) => this.#peers.get(slot)?.linkFor(mark.domain)?.send(mark),
      ended: this.#parts.ledger && ((domain) => this.#parts.ledger?.journal.domainEnded(domain)),
    })
    this.#attached = { engine, domains }
    this.#attachLedger(engine)
    loop.onFlush(() => this.#flush())
    for (const link of this.#early.splice(0)) this.#begin(link, domains)
  }

  #attachLedger(engine: MeshEngine): void {
    const { ledger } = this.#parts
    if (ledger === undefined) return
    const { runner, keepsOutput, checkpoints } = engine
    ledger.commits.attach(() => runner.loop.flushLater())
    ledger.journal.attach(
      {
        runner,
        keepsOutput,
        run: (node) => engine.run(node),
        routeFrom: (emitter, type) => engine.routeFrom(emitter, type),
        messageType: (name) => engine.messageType(name),
        peer: (slot) => this.#peers.get(slot),
        visitorName: (root) => (this.roots.isOwn(root) ? undefined : `${root.origin}${root.number}`),
      },
      checkpoints,
    )
  }

  /** Resolves when there is a link to every peer. @throws MillraceError SHUTTING_DOWN */
  ready(): Promise<void> {
    return this.#connector.ready()
  }

  /** The peers without a link. */
  missing(): readonly SlotId[] {
    return this.#connector.missing()
  }

  /** Whether every group with nodes can be reached: at least one of its slots has a link, or is this one. */
  reachesAll(): boolean {
    const missing = new Set(this.missing())
    return this.#parts.plan.groups.every(
      ({ nodes, slots }) => nodes.length === 0 || slots.some((slot) => !missing.has(slot)),
    )
  }

  /** Where a message goes that crosses to another group. @param emitter index of its node; -1 from outside */
  target({ node, group, hop }: BoundaryDelivery, emitter: number, type: number): RemoteTarget {
    const { plan } = this.#parts
    const peers = (plan.groups[group]?.slots ?? []).flatMap((slot) => this.#peers.get(slot) ?? [])
    const edge = this.#edges.numberOf(emitter, node, type)
    const choose = chooseSlot(plan, group, plan.hops[hop]?.choose ?? entryChoice(plan, group, type), peers)
    return {
      kind: 'remote',
      send: (payload, subtree, position, cause) =>
        choose(payload, position, subtree.root.domain).send(edge, payload, subtree, { position, cause }),
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

  counters(): MeshCounters {
    const dropped = this.#attached?.domains.repeats ?? 0
    return { redelivered: this.#redelivered, repeats: this.#expected.joined + this.#repeatedReplies + dropped }
  }

  /** How much of anything is known here that others know too: roots, envelopes, domains. At rest it is 0. */
  remaining(): number {
    let envelopes = 0
    for (const { load } of this.#peers.values()) envelopes += load
    return envelopes + this.roots.size + (this.#attached?.domains.size ?? 0)
  }

  /** Resolves when a slot has moved on from a process that retires, and nothing that was sent to that from here is left. */
  async left({ slot, incarnation }: Retiring): Promise<void> {
    await this.#peers.get(slot)?.left(incarnation)
  }

  /** Waits for no link any longer: `ready` rejects. */
  giveUp(): void {
    this.#connector.giveUp()
  }

  /** Nobody is replaced any more: what waits for a worker fails, now and later. */
  abandonSlots(): void {
    for (const peer of this.#peers.values()) peer.abandon(workerGone(peer.slot))
  }

  /**
   * Closes the links before anything is given up; what was sent is handed over. The others go on and can send again what this
   * process holds, so they must not hear that it gives that up.
   */
  vacate(): void {
    this.#closing = true
    this.#flush()
    this.roots.silence()
    const sessions = [...this.#sessions.values()]
    for (const session of sessions) this.#giveUpLink(session)
    this.#vacated = Promise.all([this.#connector.close(), ...sessions.map(({ link }) => link.close())])
  }

  /** Gives up what is left and closes the links; what was sent is handed over. */
  async close(error: MillraceError): Promise<void> {
    this.#closing = true
    await this.#vacated
    await this.#connector.close()
    if (this.#attached !== undefined) {
      this.roots.close(error)
      this.#flush()
    }
    await Promise.all([...this.#sessions.values()].map(({ link }) => link.close()))
    for (const { timer } of this.#verdicts.values()) clearTimeout(timer)
    for (const peer of this.#peers.values()) peer.close(error)
  }

  heard(session: LinkSession, record: Exclude<LinkRecord, { kind: 'ack' }>): void {
    if (session.standing !== 'current' && !this.#stillCounts(session, record)) return
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

  ended(session: LinkSession, end: LinkEnd): void {
    const { peer } = session
    if (session.standing === 'over') return
    const wasCurrent = session.standing === 'current'
    this.#giveUpLink(session)
    if (this.#closing) return
    if (!wasCurrent) return this.#judge(peer, workerGone(peer.slot), session)
    const timer = setTimeout(() => this.#judge(peer, linkLost(peer.slot)), verdictMs)
    this.#verdicts.set(peer, { session, timer })
    if (this.#retires) peer.strand(linkLost(peer.slot))
    this.#connector.ended(peer.slot, session.refused ? 'closed' : end)
  }

  get #working() {
    if (this.#attached === undefined) throw new RangeError('the mesh has no part of the graph yet')
    return this.#attached
  }

  #opened(link: Link): void {
    if (this.#closing) return void link.close()
    if (this.#attached === undefined) this.#early.push(link)
    else this.#begin(link, this.#attached.domains)
  }

  #begin(link: Link, domains: Domains): void {
    const peer = this.#peers.get(link.peer)
    if (peer === undefined) return void link.close()
    const gated = this.#parts.ledger?.gate(link) ?? link
    const session = new LinkSession(gated, peer, this)
    const former = this.#sessions.get(link.peer)
    if (former !== undefined) this.#supersede(former)
    this.#sessions.set(link.peer, session)
    const verdict = this.#verdicts.get(peer)
    if (verdict !== undefined)
      this.#judge(peer, isNewer(gated, verdict.session.link) ? workerGone(peer.slot) : linkLost(peer.slot))
    gated.listen(session)
    peer.opened(gated)
    domains.repeat(link.peer)
  }

  /** A slot moves to a newer process while the older one lives: what that one makes of domains is done again, and counts no more. */
  #supersede(session: LinkSession): void {
    session.standing = 'former'
    session.superseded = true
    this.#expected.expect(session.arrivals())
  }

  /** Nothing that comes by a link counts any longer, and nothing leaves by it. */
  #giveUpLink(session: LinkSession): void {
    const { peer, link } = session
    session.standing = 'over'
    this.#expected.expect(session.arrivals())
    if (this.#sessions.get(peer.slot) === session) this.#sessions.delete(peer.slot)
    peer.linkLost(link)
  }

  /**
   * Whether something counts that comes by a link which is not the current one of its slot. Nothing does of what belongs to a
   * domain that began elsewhere: the newer process repeats it, and what the older one gives up when it is stopped is not given up.
   */
  #stillCounts({ standing, link }: LinkSession, record: Exclude<LinkRecord, { kind: 'ack' }>): boolean {
    if (standing === 'over') return false
    if (record.kind === 'envelope' || record.kind === 'mark')
      return record.domain === undefined || beganAt(link, record.domain)
    return beganAt(link, record.origin) || !this.roots.inDomain(record)
  }

  /** The process in a slot is there no longer: what it held is sent again or has failed, and what it had sent here nobody waits for. */
  #gone(slot: SlotId, incarnation: number): void {
    const peer = this.#peers.get(slot)
    if (peer === undefined || this.#closing) return
    const error = workerGone(slot)
    this.roots.originGone(slot, incarnation, error)
    this.#attached?.domains.originGone(slot, incarnation)
    const session = this.#sessions.get(slot)
    if (session === undefined || (session.link.incarnation ?? incarnation) > incarnation)
      return this.#judge(peer, error)
    this.#giveUpLink(session)
    session.link.lose()
    this.#judge(peer, error, session)
  }

  /** It is known why a link was lost: what may not be sent again fails, and so does what came by it and cannot come again. */
  #judge(peer: Peer, error: MillraceError, session = this.#verdicts.get(peer)?.session): void {
    clearTimeout(this.#verdicts.get(peer)?.timer)
    this.#verdicts.delete(peer)
    peer.judge(error)
    if (session === undefined || this.#mayComeAgain(peer, error)) return
    // What belongs to a domain was sent again when the slot moved: the newer process repeats it.
    for (const { root } of session.arrivals()) if (root.domain === undefined || !session.superseded) root.fail(error)
  }

  /** What a dead worker has sent comes again if it is sent again to its replacement; what a lost link carried, if this slot may get it again. */
  #mayComeAgain({ slot }: Peer, { code }: MillraceError): boolean {
    const { plan, place } = this.#parts
    return redeliverOf(plan, slot) > 0 || (code !== 'WORKER_CRASHED' && redeliverOf(plan, place.slot) > 0)
  }

  #peer(slot: SlotId): Peer {
    const { plan, now, clock, events } = this.#parts
    const redeliver = redeliverOf(plan, slot)
    return new Peer(slot, {
      now,
      clock,
      hop: this.hops.hopsTo(slot),
      durations: this.hops.durationsTo(slot),
      redeliver,
      name: (root) => this.roots.name(root),
      beganHere: (root) => this.roots.isOwn(root),
      outbox: this.#outbox(),
      giveUp: (sent, error) => redeliver > 0 && this.#giveUp(sent, error),
      sentAgain: (worker, count) => {
        this.#redelivered += count
        events.emit('redelivery.sent', { group: groupOfSlot(worker), worker, count })
      },
    })
  }

  #outbox(): Outbox | undefined {
    const { ledger } = this.#parts
    return (
      ledger && {
        keep: (slot, edge, message) =>
          ledger.journal.keepSent(slot, { from: this.#edges.edges[edge]?.from ?? outside, edge }, message),
        done: (kept, root) => ledger.journal.done(kept, root),
      }
    )
  }

  #giveUp({ edge, payload, subtree, position }: Sent, error: MillraceError): boolean {
    const way = this.#edges.edges[edge]
    if (way === undefined || way.to === outside) return false
    return this.#working.engine.undeliverable(way.to, way.type, {
      payload,
      root: subtree.root,
      subtree,
      position,
      error,
    })
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
    if (this.#joins(session, record)) return
    const arrival = new Arrival(this.roots.visit(session, record), session, record)
    if (arrival.root.failure !== undefined) return arrival.partDone()
    engine.runner.arrive(run, engine.arrivalRoute(edge.type), record.payload, arrival, this.hops.where(record))
  }

  #replyArrived(session: LinkSession, envelope: EnvelopeRecord, type: number): void {
    const { ticket, payload, position } = envelope
    const root = this.roots.own(envelope)
    if (root === undefined) {
      this.lateReply()
      if (ticket !== undefined) session.acknowledge(ticket)
      return
    }
    if (this.#joins(session, envelope)) return
    const arrival = new Arrival(root, session, envelope)
    const outlet = root.domain?.outlet
    const { engine } = this.#working
    if (root.failure !== undefined) return arrival.partDone()
    if (outlet !== undefined && outlet.type === type)
      return engine.runner.arrive(outlet.run, engine.arrivalRoute(type), payload, arrival, this.hops.where(envelope))
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
    const first = this.#expected.join(session, record)
    if (first === undefined) return false
    this.roots.alsoFrom(session, first.root)
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
    this.#parts.ledger?.commits.flush()
  }
}

function isNewer(link: Link, than: Link): boolean {
  return link.incarnation !== undefined && than.incarnation !== undefined && link.incarnation > than.incarnation
}

/** Whether a root or a domain began in the process that a link leads to. @param name of its origin, or its own */
function beganAt({ peer, incarnation }: Link, name: string): boolean {
  return originOf(name) === peer && incarnationOf(name) === incarnation
}

/** How often what was sent to a slot may be sent again. An embedding process is never replaced. */
function redeliverOf({ groups }: Plan, slot: SlotId): number {
  return groups.find(({ slots }) => slots.includes(slot))?.redeliver ?? 0
}
