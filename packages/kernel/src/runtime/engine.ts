import {
  checkDefinitions,
  type Delivery,
  type Graph,
  type MessageType,
  MillraceError,
  type Tracing,
} from '@millrace/contracts'
import type { RoutingService } from '@millrace/routing'
import type { Mesh } from '../mesh/mesh.js'
import type { MeshEngine, UndeliverableMessage } from '../mesh/mesh-engine.js'
import { type PayloadCheck, type PayloadChecks, payloadChecks } from '../payload/payload-checks.js'
import { type ReplySerialiser, replySerialiser } from '../payload/reply-serialiser.js'
import type { NodeRun } from '../runner/node-run.js'
import type { Route, Target } from '../runner/route.js'
import { Runner } from '../runner/runner.js'
import { GivenUp, type GivenUpCounters, type GivenUpParts } from './given-up.js'
import { NodeFactory, type NodeFactoryParts } from './node-factory.js'
import { afterSome, type Reach, reach } from './reach.js'
import type { SinkCheckpoint } from './sinks.js'

/** What an engine is made of; everything is indexed as the graph lists it. */
export interface EngineParts extends NodeFactoryParts {
  readonly routing: RoutingService
  /** Monotonic, in milliseconds. */
  readonly clock: () => number
  /** Undefined where nothing is traced. */
  readonly tracing: Tracing | undefined
  /** The links to other workers, and the group that runs here; undefined where every node is here. */
  readonly share: EngineShare | undefined
  readonly deadLetter: GivenUpParts['deadLetter']
  /** Whether a later run may go on where this one ends. @default false */
  readonly lasts?: boolean
}

/** A worker's share of the graph. */
export interface EngineShare {
  readonly mesh: Mesh
  /** Index of its group; -1 for a process that runs no node. */
  readonly group: number
  /** For each node, the index of its group. */
  readonly groupOf: readonly number[]
  readonly groupNames: readonly string[]
}

/** Where messages of one type enter the graph, and what they pass there. */
export interface Entry extends Pick<PayloadChecks, 'weigh'> {
  readonly route: Route
  /** What it lets through has yet to be weighed. */
  readonly check: PayloadCheck
}

/** How a node fares. */
export interface NodeLoad {
  readonly node: string
  /** Messages that it was called with, since the start. */
  readonly handled: number
  /** Messages that wait for a place at it. */
  readonly queued: number
  /** How long the first of them has waited, in milliseconds. */
  readonly lagMs: number
}

/** The nodes of one worker, wired to a runner. */
export class Engine implements MeshEngine {
  readonly runner: Runner
  readonly #parts: EngineParts
  readonly #reach: Reach
  readonly #nodes: NodeFactory
  readonly #givenUp: GivenUp
  readonly #checks: readonly PayloadChecks[]
  readonly #runs: readonly (NodeRun | undefined)[]
  readonly #entries = new Map<MessageType, Entry>()
  readonly #targeted = new Map<string, Route>()
  readonly #typeIndex = new Map<string, number>()
  #keepsOutput: readonly boolean[] | undefined
  #emitsOnce: readonly boolean[] | undefined
  readonly #answering = new Map<number, string | undefined>()
  readonly #arrivals = new Map<number, Route>()
  readonly #serialisers = new Map<number, ReplySerialiser>()

  constructor(parts: EngineParts) {
    this.#parts = parts
    this.#reach = reach(parts.graph)
    this.#checks = parts.types.map((type) => payloadChecks(type, parts.checks))
    for (const [index, type] of parts.types.entries()) this.#typeIndex.set(type.name, index)
    const { types, events, deadLetter } = parts
    this.#givenUp = new GivenUp({ types, events, deadLetter, later: (work) => this.runner.loop.push(work) })
    this.runner = new Runner({
      createQueue: () => parts.transport.createQueue(),
      clock: parts.clock,
      tracing: parts.tracing,
      routeTo: (emitter, type, target) => this.#routeTo(emitter, type, target),
      giveUp: (run, error, message, over) => this.#givenUp.handlerFailed(run, error, message, over),
      journal: parts.journal,
      lasts: parts.lasts,
    })
    this.#nodes = new NodeFactory(parts, this.#reach, this.runner, parts.clock)
    this.#runs = parts.nodes.map((definition, index) =>
      this.#isHere(index) ? this.#nodes.node(definition, index) : undefined,
    )
    for (const run of this.#runs) {
      if (run === undefined) continue
      const routes = this.routes(run.index)
      run.connect(routes)
      for (const { type } of routes) this.#serialiser(type) // made at the start, where it may take its time
    }
  }

  get graph(): Graph {
    return this.#parts.graph
  }

  get tracked(): readonly boolean[] {
    return this.#reach.tracked
  }

  get asks(): readonly (readonly number[])[] {
    return this.#parts.nodes.map((definition) =>
      definition.kind === 'node' ? definition.requests.flatMap(({ name }) => this.#typeIndex.get(name) ?? []) : [],
    )
  }

  get keepsOutput(): readonly boolean[] {
    this.#keepsOutput ??= this.#after((run) => run.journal !== undefined)
    return this.#keepsOutput
  }

  get emitsOnce(): readonly boolean[] {
    this.#emitsOnce ??= this.#after((run) => run.journal !== undefined || run.once !== undefined)
    return this.#emitsOnce
  }

  get repeats(): number {
    return this.#nodes.repeats
  }

  get checkpoints(): ReadonlyMap<number, SinkCheckpoint> {
    return this.#parts.checkpoints ?? new Map()
  }

  run(node: number): NodeRun | undefined {
    return this.#runs[node]
  }

  messageType(name: string): MessageType | undefined {
    return this.#parts.types[this.#typeIndex.get(name) ?? -1]
  }

  routeFrom(emitter: number, type: number): Route {
    const known = this.#runs[emitter]?.routeOf(this.#parts.types[type])
    return known ?? this.#route(emitter, type)
  }

  arrivalRoute(type: number): Route {
    let route = this.#arrivals.get(type)
    if (route === undefined) {
      route = this.#resolved(-1, type, [])
      this.#arrivals.set(type, route)
    }
    return route
  }

  replyForWire(type: number, payload: unknown, unread: boolean): unknown {
    return this.#serialiser(type)?.forWire(payload, unread) ?? payload
  }

  /** The routes of the types that a node emits, in their declared order. */
  routes(node: number): readonly Route[] {
    return (this.#parts.graph.nodes[node]?.emits ?? []).map((type) => this.#route(node, type))
  }

  /**
   * Where messages of a type enter from outside.
   *
   * @throws MillraceError ROUTE_NO_CONSUMER
   * @throws TypeError where it is no message type
   */
  entry(type: MessageType): Entry {
    let entry = this.#entries.get(type)
    if (entry === undefined) {
      checkDefinitions('A request is of', 'message type', [type])
      const index = this.typeIndex(type)
      const { unweighed, weigh } = this.#check(index)
      entry = { route: this.#route(-1, index), check: unweighed, weigh }
      this.#entries.set(type, entry)
    }
    return entry
  }

  /** The check that messages of a type pass where they enter. */
  entryCheck(type: number): PayloadCheck {
    return this.#check(type).entry
  }

  /** @throws MillraceError ROUTE_NO_CONSUMER when no node of the graph knows the type */
  typeIndex(type: MessageType): number {
    const index = this.#typeIndex.get(type.name)
    if (index !== undefined) return index
    throw new MillraceError('ROUTE_NO_CONSUMER', `no node of the graph consumes or emits '${type.name}'`, {
      facts: { type: type.name },
    })
  }

  /** The group that answers with a type, where nodes run in several processes and those of one group emit it. */
  answeringGroup(type: number): string | undefined {
    if (!this.#answering.has(type)) this.#answering.set(type, this.#onlyGroupOf(type))
    return this.#answering.get(type)
  }

  /** The ordered end of one stream request: it takes replies as they leave. */
  outlet(type: number, take: (item: unknown) => void | Promise<void>): NodeRun {
    return this.#nodes.outlet(type, take)
  }

  /** The reply as it leaves: without what its schema does not declare. */
  serialiseReply(type: number, payload: unknown): unknown {
    return this.#serialiser(type)?.clean(payload) ?? payload
  }

  /** Counts a reply that had neither consumer nor waiter. */
  unclaimed(type: number): void {
    this.#givenUp.unclaimed(type)
  }

  /** For each node here: what it has been called with, and what waits in front of it. */
  load(): readonly NodeLoad[] {
    const now = this.#parts.clock()
    return this.#runs.flatMap((run) => {
      if (run === undefined) return []
      const { name, handled, queue } = run
      const since = queue.peek()?.since
      return [{ node: name, handled, queued: queue.length, lagMs: since === undefined ? 0 : now - since }]
    })
  }

  undeliverable(node: number, type: number, { error, ...message }: UndeliverableMessage): boolean {
    const definition = this.#parts.nodes[node]
    if (definition?.kind !== 'node' || definition.onError !== 'dead_letter') return false
    this.#givenUp.deadLetter(definition.name, error, { ...message, route: this.arrivalRoute(type) }, () => undefined)
    return true
  }

  counters(): GivenUpCounters {
    return this.#givenUp.counters()
  }

  #onlyGroupOf(type: number): string | undefined {
    const { graph, share } = this.#parts
    if (share === undefined) return undefined
    const emitters = graph.nodes.flatMap(({ emits }, node) => (emits.includes(type) ? [share.groupOf[node] ?? -1] : []))
    const [group = -1] = emitters
    return emitters.every((other) => other === group) ? share.groupNames[group] : undefined
  }

  /** For each node, whether it is one of some, or a message can come to it from one of them without leaving the worker. */
  #after(isOne: (run: NodeRun) => boolean): readonly boolean[] {
    const isOneHere = (run: NodeRun | undefined): boolean => run !== undefined && isOne(run)
    return afterSome(
      this.#parts.graph,
      (node) => isOneHere(this.#runs[node]),
      (node) => this.#isHere(node),
    )
  }

  #isHere(node: number): boolean {
    const { share } = this.#parts
    return share === undefined || share.groupOf[node] === share.group
  }

  #route(emitter: number, type: number): Route {
    return this.#resolved(emitter, type, this.#parts.routing.resolve(emitter, type))
  }

  #routeTo(emitter: NodeRun, messageType: MessageType, target: string): Route {
    const key = `${emitter.index} ${messageType.name} ${target}`
    let route = this.#targeted.get(key)
    if (route === undefined) {
      const type = this.typeIndex(messageType)
      route = this.#resolved(emitter.index, type, this.#parts.routing.resolve(emitter.index, type, target))
      this.#targeted.set(key, route)
    }
    return route
  }

  #resolved(emitter: number, type: number, deliveries: readonly Delivery[]): Route {
    const messageType = this.#parts.types[type]
    if (messageType === undefined) throw new RangeError(`there is no message type ${type}`)
    return {
      messageType,
      type,
      emitter,
      targets: deliveries.flatMap((delivery) => this.#target(emitter, type, delivery) ?? []),
      terminal: deliveries.some((delivery) => delivery.kind === 'terminal'),
      admit: this.#check(type).emission,
    }
  }

  #target(emitter: number, type: number, delivery: Delivery): Target | undefined {
    if (delivery.kind === 'terminal') return undefined
    if (delivery.kind === 'local') return this.#runs[delivery.node]
    return this.#parts.share?.mesh.target(delivery, emitter, type)
  }

  /** Of a reply type. Those that nodes elsewhere emit are not made here. */
  #serialiser(type: number): ReplySerialiser | undefined {
    let serialiser = this.#serialisers.get(type)
    const messageType = this.#parts.types[type]
    if (serialiser === undefined && messageType?.reply === true) {
      serialiser = replySerialiser(messageType)
      this.#serialisers.set(type, serialiser)
    }
    return serialiser
  }

  #check(type: number): PayloadChecks {
    const checks = this.#checks[type]
    if (checks === undefined) throw new RangeError(`there is no message type ${type}`)
    return checks
  }
}
