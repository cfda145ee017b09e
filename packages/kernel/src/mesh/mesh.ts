/**
 * What one worker has to do with the others: it sends envelopes over hops and takes those that come, acknowledges each when
 * everything that came of it is done, and keeps failures, cancels and watermarks travelling.
 *
 * Acknowledgements and marks leave at the end of a run of works, when nothing is on the stack.
 */
import type {
  BoundaryDelivery,
  EndpointTable,
  EventEmitter,
  MillraceError,
  Plan,
  Retiring,
  SlotId,
  Tracing,
  Transport,
  WorkerEndpoint,
} from '@millrace/contracts'
import type { Ledger } from '../ledger/ledger.js'
import type { Domain } from '../runner/domain.js'
import type { RemoteTarget } from '../runner/route.js'
import { Connector } from './connector.js'
import { CrossingRoots } from './crossing-roots.js'
import type { DomainEntry } from './domain-id.js'
import { Domains } from './domains.js'
import { type EdgeMap, edgeMap } from './edge-map.js'
import { ExpectedRepeats } from './expected-repeats.js'
import { HopTelemetry } from './hop-telemetry.js'
import { Incoming } from './incoming.js'
import { Links } from './links.js'
import type { MeshCounters } from './mesh-counters.js'
import type { MeshEngine } from './mesh-engine.js'
import { Outgoing } from './outgoing.js'
import type { Place } from './place.js'

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
  /** Monotonic, in milliseconds. */
  readonly clock: () => number
  /** Records the ways of messages to other slots; undefined where nothing is traced. */
  readonly tracing: Tracing | undefined
  /** How many unfinished roots each origin may have. */
  readonly maxInFlight: number
  /** What this worker leaves to a later process; undefined where it leaves nothing. */
  readonly ledger: Ledger | undefined
}

/** What exists from when the worker has its part of the graph. */
interface Attached {
  readonly engine: MeshEngine
  readonly domains: Domains
  readonly incoming: Incoming
}

/** The links of one worker, and everything that travels over them. */
export class Mesh {
  /** A reply came for a root that has ended. */
  lateReply: () => void = () => undefined
  readonly roots: CrossingRoots
  readonly hops: HopTelemetry
  readonly #parts: MeshParts
  readonly #edges: EdgeMap
  readonly #outgoing: Outgoing
  readonly #links: Links
  readonly #connector: Connector
  readonly #expected = new ExpectedRepeats()
  #attached: Attached | undefined
  #vacated: Promise<unknown> | undefined

  constructor(parts: MeshParts) {
    const { plan, place, run, peers, transport, events, clock, tracing, ledger } = parts
    this.#parts = parts
    this.#edges = edgeMap(plan.graph)
    this.hops = new HopTelemetry(plan, place, this.#edges, tracing)
    this.#outgoing = new Outgoing({
      plan,
      peers,
      edges: this.#edges,
      hops: this.hops,
      events,
      clock,
      ledger,
      roots: () => this.roots,
      engine: () => this.#working.engine,
    })
    this.roots = new CrossingRoots({
      place,
      run,
      events,
      clock,
      edges: this.#edges,
      peers: this.#outgoing.peers,
      engine: () => this.#working.engine,
      domain: (id) => this.#working.domains.get(id),
      emitsOnce: (node) => this.#attached?.engine.emitsOnce[node] === true,
    })
    this.#links = new Links({
      plan,
      place,
      peers: this.#outgoing.peers,
      roots: this.roots,
      expected: this.#expected,
      ledger,
      ended: (slot, end) => this.#connector.ended(slot, end),
    })
    this.#connector = new Connector({
      place,
      peers,
      transport,
      events,
      opened: (link) => this.#links.opened(link),
      gone: (slot, incarnation) => this.#links.gone(slot, incarnation),
    })
  }

  /** Opens the slot for its peers. @throws MillraceError SEC_BIND_REFUSED, HANDOFF_TRANSPORT */
  listen(): Promise<WorkerEndpoint> {
    return this.#connector.listen()
  }

  /** Learns where its peers are now. */
  connect(table: EndpointTable): void {
    this.#links.learn(table)
    this.#connector.connect(table)
  }

  /** Takes the worker's own part of the graph; from now on what comes over the links is taken. */
  attach(engine: MeshEngine): void {
    const domains = this.#domainsOf(engine)
    const incoming = this.#incomingTo(engine, domains)
    this.#attached = { engine, domains, incoming }
    this.#attachLedger(engine)
    engine.runner.loop.onFlush(() => this.#flush())
    this.#links.attach({ hearer: incoming, domains })
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
  target(delivery: BoundaryDelivery, emitter: number, type: number): RemoteTarget {
    return this.#outgoing.target(delivery, emitter, type)
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
    return this.#links.held
  }

  counters(): MeshCounters {
    const { redelivered } = this.#outgoing
    const { joined } = this.#expected
    if (this.#attached === undefined) return { redelivered, repeats: joined }
    const { domains, incoming, engine } = this.#attached
    return { redelivered, repeats: joined + incoming.repeatedReplies + domains.repeats + engine.repeats }
  }

  /** How much of anything is known here that others know too: roots, envelopes, domains. At rest it is 0. */
  remaining(): number {
    return this.#outgoing.load + this.roots.size + (this.#attached?.domains.size ?? 0)
  }

  /** Resolves when a slot has moved on from a process that retires, and nothing that was sent to that from here is left. */
  async left({ slot, incarnation }: Retiring): Promise<void> {
    await this.#outgoing.peers.get(slot)?.left(incarnation)
  }

  /** Waits for no link any longer: `ready` rejects. */
  giveUp(): void {
    this.#connector.giveUp()
  }

  /** Nobody is replaced any more: what waits for a worker fails, now and later. */
  abandonSlots(): void {
    this.#outgoing.abandonSlots()
  }

  /**
   * Closes the links before anything is given up; what was sent is handed over. The others go on and can send again what this
   * process holds, so they must not hear that it gives that up.
   */
  vacate(): void {
    this.#links.shut()
    if (this.#attached !== undefined) this.#flush()
    this.roots.silence()
    this.#vacated = Promise.all([this.#links.vacate(), this.#connector.close()])
  }

  /** Gives up what is left and closes the links; what was sent is handed over. */
  async close(error: MillraceError): Promise<void> {
    this.#links.shut()
    await this.#vacated
    await this.#connector.close()
    if (this.#attached !== undefined) {
      this.roots.close(error)
      this.#flush()
    }
    await this.#links.close()
    this.#outgoing.close(error)
  }

  get #working(): Attached {
    if (this.#attached === undefined) throw new RangeError('the mesh has no part of the graph yet')
    return this.#attached
  }

  #domainsOf({ tracked, runner: { loop } }: MeshEngine): Domains {
    const { plan, place, maxInFlight, ledger } = this.#parts
    const { peers } = this.#outgoing
    return new Domains({
      plan,
      place,
      peers: peers.size,
      maxInFlight,
      edges: this.#edges,
      tracked,
      dirty: loop.dirty,
      flushLater: () => loop.flushLater(),
      send: (slot, mark) => {
        const link = peers.get(slot)?.linkFor(mark.domain)
        link?.send(mark)
        return link !== undefined
      },
      forgotten: (domain) => this.roots.domainEnded(domain),
      ended: ledger && ((domain) => ledger.journal.domainEnded(domain)),
    })
  }

  #incomingTo(engine: MeshEngine, domains: Domains): Incoming {
    const { plan, place, maxInFlight, events } = this.#parts
    return new Incoming({
      admission: { plan, edges: this.#edges, asks: engine.asks, maxInFlight },
      slot: place.slot,
      engine,
      domains,
      roots: this.roots,
      expected: this.#expected,
      hops: this.hops,
      events,
      lateReply: () => this.lateReply(),
    })
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
        peer: (slot) => this.#outgoing.peers.get(slot),
        visitorName: (root) => (this.roots.isOwn(root) ? undefined : `${root.origin}${root.number}`),
      },
      checkpoints,
    )
  }

  #flush(): void {
    const { domains, incoming } = this.#working
    domains.flush()
    incoming.flush()
    this.#parts.ledger?.commits.flush()
  }
}
