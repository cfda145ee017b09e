import {
  type Delivery,
  type EventEmitter,
  type Graph,
  type HandlerContext,
  isMillraceError,
  type Logger,
  type MessageType,
  MillraceError,
  type NodeDefinition,
  type SinkDefinition,
  type SinkWriter,
  type SourceDefinition,
  type StateStore,
  type Tracing,
  type Transport,
} from '@millrace/contracts'
import type { RoutingService } from '@millrace/routing'
import type { Mesh } from '../mesh/mesh.js'
import type { MeshEngine, UndeliverableMessage } from '../mesh/mesh-engine.js'
import {
  type PayloadCheck,
  type PayloadCheckOptions,
  type PayloadChecks,
  payloadChecks,
  stateCheck,
} from '../payload/payload-checks.js'
import { type ReplySerialiser, replySerialiser } from '../payload/reply-serialiser.js'
import { type ContextParts, invocationFactory, type RequestNested } from '../runner/invocation.js'
import type { Journal } from '../runner/journal.js'
import { type NodeFailure, NodeRun, type NodeRunParts } from '../runner/node-run.js'
import { Root, type RootOwner } from '../runner/root.js'
import type { Route, Target } from '../runner/route.js'
import { type FailedMessage, Runner } from '../runner/runner.js'
import { StateSession } from '../runner/state-session.js'
import type { Subtree } from '../runner/subtree.js'
import type { WrittenLetter } from './dead-letters.js'
import { afterRecorded, type Reach, reach } from './reach.js'
import type { SinkCheckpoint } from './sinks.js'

/** What has a place in the graph. */
export type PlacedDefinition = NodeDefinition | SourceDefinition | SinkDefinition

/** What an engine is made of; everything is indexed as the graph lists it. */
export interface EngineParts {
  readonly graph: Graph
  readonly nodes: readonly PlacedDefinition[]
  readonly types: readonly MessageType[]
  readonly routing: RoutingService
  readonly transport: Transport
  readonly store: StateStore
  readonly events: EventEmitter
  readonly checks: PayloadCheckOptions
  /** Monotonic, in milliseconds. */
  readonly clock: () => number
  /** The sinks that are open, by node index. */
  readonly writers: ReadonlyMap<number, SinkWriter<unknown>>
  /** What a node's injections resolved to. */
  readonly services: (node: number) => Readonly<Record<string, unknown>>
  /** A node's slice of the configuration. */
  readonly config: (node: number) => unknown
  readonly request: RequestNested
  /** Undefined where nothing is traced. */
  readonly tracing: Tracing | undefined
  /** The links to other workers, and the group that runs here; undefined where every node is here. */
  readonly share: EngineShare | undefined
  /** Records what is done here; undefined where nothing outlives the process. */
  readonly journal?: Journal | undefined
  /** The sinks that say where they stand, by node index. */
  readonly checkpoints?: ReadonlyMap<number, SinkCheckpoint> | undefined
  /** Undefined where there are no dead letters. @throws what keeps it from being written */
  readonly deadLetter: (node: string, error: MillraceError, message: FailedMessage) => WrittenLetter | undefined
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

/** Where messages of one type enter the graph, and the check they pass there. */
export interface Entry {
  readonly route: Route
  readonly check: PayloadCheck
}

/** What was given up, counted since the start. */
export interface EngineCounters {
  readonly dropped: number
  readonly deadLettered: number
  readonly unclaimed: number
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
  readonly #checks: readonly PayloadChecks[]
  readonly #runs: readonly (NodeRun | undefined)[]
  readonly #entries = new Map<MessageType, Entry>()
  readonly #targeted = new Map<string, Route>()
  readonly #typeIndex = new Map<string, number>()
  #keepsOutput: readonly boolean[] | undefined
  readonly #answering = new Map<number, string | undefined>()
  readonly #arrivals = new Map<number, Route>()
  readonly #serialisers: readonly (ReplySerialiser | undefined)[]
  readonly #counters = { dropped: 0, deadLettered: 0, unclaimed: 0 }

  constructor(parts: EngineParts) {
    this.#parts = parts
    this.#reach = reach(parts.graph)
    this.#checks = parts.types.map((type) => payloadChecks(type, parts.checks))
    this.#serialisers = parts.types.map((type) => (type.reply ? replySerialiser(type) : undefined))
    for (const [index, type] of parts.types.entries()) this.#typeIndex.set(type.name, index)
    this.runner = new Runner({
      createQueue: () => parts.transport.createQueue(),
      clock: parts.clock,
      tracing: parts.tracing,
      routeTo: (emitter, type, target) => this.#routeTo(emitter, type, target),
      gaveUp: (run, error, message) => this.#gaveUp(run, error, message),
      journal: parts.journal,
    })
    this.#runs = parts.nodes.map((definition, index) =>
      this.#isHere(index) ? new NodeRun(this.runner, this.#nodeParts(definition, index)) : undefined,
    )
    for (const run of this.#runs) run?.connect(this.routes(run.index))
  }

  get graph(): Graph {
    return this.#parts.graph
  }

  get tracked(): readonly boolean[] {
    return this.#reach.tracked
  }

  get keepsOutput(): readonly boolean[] {
    this.#keepsOutput ??= afterRecorded(
      this.#parts.graph,
      (node) => this.#runs[node]?.journal !== undefined,
      (node) => this.#isHere(node),
    )
    return this.#keepsOutput
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

  replyForWire(type: number, payload: unknown): unknown {
    return this.#serialisers[type]?.forWire(payload) ?? payload
  }

  /** The routes of the types that a node emits, in their declared order. */
  routes(node: number): readonly Route[] {
    return (this.#parts.graph.nodes[node]?.emits ?? []).map((type) => this.#route(node, type))
  }

  /**
   * Where messages of a type enter from outside.
   *
   * @throws MillraceError ROUTE_NO_CONSUMER
   */
  entry(type: MessageType): Entry {
    let entry = this.#entries.get(type)
    if (entry === undefined) {
      const index = this.typeIndex(type)
      entry = { route: this.#route(-1, index), check: this.#check(index).entry }
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
    return new NodeRun(this.runner, {
      ...this.#unordered(this.#parts.nodes.length, 'reply'),
      handle: this.#takeWhenKept(take),
      ordered: true,
      traced: false,
      upstream: this.#reach.before(type),
      newInvocation: invocationFactory(noContext, this.#idle(), noState),
    })
  }

  /** An item is seen outside when what it came of is kept. */
  #takeWhenKept(take: (item: unknown) => void | Promise<void>): (item: unknown) => void | Promise<void> {
    const { journal } = this.#parts
    if (journal === undefined) return take
    return (item) =>
      new Promise((resolve, reject) => journal.whenKept(() => void Promise.resolve(take(item)).then(resolve, reject)))
  }

  /** The reply as it leaves: without what its schema does not declare. */
  serialiseReply(type: number, payload: unknown): unknown {
    return this.#serialisers[type]?.clean(payload) ?? payload
  }

  /** Counts a reply that had neither consumer nor waiter. */
  unclaimed(type: number): void {
    this.#counters.unclaimed++
    this.#parts.events.emit('reply.unclaimed', { type: this.#parts.types[type]?.name ?? '' })
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
    this.#deadLetter(definition.name, error, { ...message, route: this.arrivalRoute(type) })
    return true
  }

  counters(): EngineCounters {
    return { ...this.#counters }
  }

  #onlyGroupOf(type: number): string | undefined {
    const { graph, share } = this.#parts
    if (share === undefined) return undefined
    const emitters = graph.nodes.flatMap(({ emits }, node) => (emits.includes(type) ? [share.groupOf[node] ?? -1] : []))
    const [group = -1] = emitters
    return emitters.every((other) => other === group) ? share.groupNames[group] : undefined
  }

  #isHere(node: number): boolean {
    const { share } = this.#parts
    return share === undefined || share.groupOf[node] === share.group
  }

  #nodeParts(definition: PlacedDefinition, index: number): NodeRunParts {
    const handler = definition.kind === 'node' ? definition : undefined
    const context = this.#contextParts(definition, index)
    const newState = handler === undefined ? noState : this.#stateFactory(handler)
    return {
      ...this.#unordered(index, definition.name),
      handle: this.#handleOf(definition, index),
      ordered: this.#parts.graph.nodes[index]?.ordered ?? false,
      concurrency: handler?.concurrency ?? 1,
      onError: handler?.onError ?? 'fail',
      ...(definition.kind === 'sink' ? { failure: sinkFailure(definition.name) } : {}),
      upstream: this.#reach.upstream[index] ?? [],
      tracked: this.#reach.tracked[index] ?? true,
      journal: this.#isRecorded(definition, index) ? this.#parts.journal : undefined,
      newInvocation: invocationFactory(context, this.#idle(), newState),
    }
  }

  /** What is ordered is recorded, a sink only where it can say where it stands. */
  #isRecorded({ kind }: PlacedDefinition, index: number): boolean {
    if (this.#parts.graph.nodes[index]?.ordered !== true) return false
    return kind === 'node' || this.checkpoints.has(index)
  }

  #stateFactory({ name, state }: NodeDefinition): () => StateSession | undefined {
    if (Object.keys(state).length === 0) return noState
    const { store, checks } = this.#parts
    const checkOf = new Map(Object.entries(state).map(([key, use]) => [key, stateCheck(use.type, checks)]))
    return () => new StateSession(name, state, store, (key) => checkOf.get(key))
  }

  #unordered(index: number, name: string): Omit<NodeRunParts, 'handle' | 'newInvocation'> {
    return {
      index,
      name,
      ordered: false,
      concurrency: 1,
      onError: 'fail',
      failure: { code: 'NODE_FAILED', what: `the handler of node '${name}' threw` },
      upstream: [],
      tracked: true,
      traced: true,
      queue: this.#parts.transport.createQueue(),
    }
  }

  #handleOf(definition: PlacedDefinition, index: number): NodeRunParts['handle'] {
    if (definition.kind === 'node') return definition.handle as NodeRunParts['handle'] // the graph gives it only what it consumes
    const writer = this.#parts.writers.get(index)
    if (writer === undefined) return () => undefined
    return (payload, context) => writer.write(payload, context as HandlerContext) // the runner gives every node a context
  }

  #contextParts(definition: PlacedDefinition, index: number): ContextParts {
    const { config, services, request, events } = this.#parts
    return {
      config: config(index),
      services: services(index),
      request,
      log: (root) => nodeLogger(events, definition.name, () => root.traceId),
    }
  }

  #idle(): { readonly root: Root; readonly messageType: MessageType } {
    const [messageType] = this.#parts.types
    if (messageType === undefined) throw new RangeError('a graph without message types has nothing to run')
    return { root: new Root(nobody, undefined, 0), messageType }
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

  #check(type: number): PayloadChecks {
    const checks = this.#checks[type]
    if (checks === undefined) throw new RangeError(`there is no message type ${type}`)
    return checks
  }

  #gaveUp(run: NodeRun, error: MillraceError, message: FailedMessage): void {
    if (run.onError === 'dead_letter') return this.#deadLetter(run.name, error, message)
    this.#counters.dropped++
    this.#parts.events.emit('message.dropped', givenUp(run.name, error, message))
  }

  #deadLetter(node: string, error: MillraceError, message: FailedMessage): void {
    let letter: WrittenLetter | undefined
    try {
      letter = this.#parts.deadLetter(node, error, message)
    } catch (thrown) {
      return message.root.fail(deadLetterLost(node, thrown))
    }
    const isKept = (): void => {
      this.#counters.deadLettered++
      this.#parts.events.emit('message.dead_lettered', { ...givenUp(node, error, message), letter: letter?.id ?? null })
    }
    if (letter?.kept === undefined) isKept()
    else
      this.#awaitLetter(letter.kept, message.subtree, isKept, (thrown) =>
        message.root.fail(deadLetterLost(node, thrown)),
      )
  }

  /** What the message is a part of is not done, here and for whoever sent it, before its letter is kept. */
  #awaitLetter(kept: Promise<void>, subtree: Subtree, isKept: () => void, isLost: (thrown: unknown) => void): void {
    const later = (tell: () => void): void =>
      this.runner.loop.push({
        run() {
          tell()
          subtree.partDone()
        },
      })
    subtree.add()
    kept.then(
      () => later(isKept),
      (thrown: unknown) => later(() => isLost(thrown)),
    )
  }
}

function givenUp(node: string, { code }: MillraceError, { root }: FailedMessage) {
  return { node, code, trace: root.traceId }
}

function sinkFailure(name: string): NodeFailure {
  return { code: 'SINK_FAILED', what: `sink '${name}' could not write a message` }
}

/** A message that can be neither handled nor kept must not vanish: its root fails. */
function deadLetterLost(node: string, thrown: unknown): MillraceError {
  const what = `a dead letter of node '${node}' could not be written`
  const why = isMillraceError(thrown) ? `: ${thrown.message}` : '; free some space, or choose another dead_letters.path'
  return new MillraceError('NODE_FAILED', what + why, { cause: thrown, facts: { node } })
}

/** Writes a handler's log lines as events. */
export function nodeLogger(events: EventEmitter, node: string, trace: () => string | undefined): Logger {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error'): Logger['info'] =>
    (message, facts = {}) => {
      const traceId = trace()
      events.emit('node.log', { ...facts, node, message, ...(traceId === undefined ? {} : { trace: traceId }) }, level)
    }
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}

const noState = (): undefined => undefined

/** Owns the root that a context points to before its first message. */
const nobody: RootOwner = {
  reply: () => undefined,
  replied: () => undefined,
  failed: () => undefined,
  ended: () => undefined,
}

const noContext: ContextParts = {
  config: undefined,
  services: {},
  request: () => Promise.reject(new RangeError('the end of a stream sends no requests')),
  log: () => ({ debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }),
}
