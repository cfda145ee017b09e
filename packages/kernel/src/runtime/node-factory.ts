import type {
  EventEmitter,
  Graph,
  HandlerContext,
  MessageType,
  NodeDefinition,
  SinkWriter,
  StateStore,
  Transport,
} from '@millrace/contracts'
import type { GraphPart } from '../graph/graph-parts.js'
import { type PayloadCheckOptions, stateCheck } from '../payload/payload-checks.js'
import { HandledOnce } from '../runner/handled-once.js'
import { type ContextParts, invocationFactory, type RequestNested } from '../runner/invocation.js'
import type { Journal } from '../runner/journal.js'
import { noOwner } from '../runner/no-owner.js'
import { type NodeFailure, NodeRun, type NodeRunParts } from '../runner/node-run.js'
import { Root } from '../runner/root.js'
import type { Runner } from '../runner/runner.js'
import { StateSession } from '../runner/state-session.js'
import { nodeLogger } from './node-logger.js'
import type { Reach } from './reach.js'
import type { SinkCheckpoint } from './sinks.js'

/** What nodes are made of; everything is indexed as the graph lists it. */
export interface NodeFactoryParts {
  readonly graph: Graph
  readonly nodes: readonly GraphPart[]
  readonly types: readonly MessageType[]
  readonly transport: Transport
  readonly store: StateStore
  readonly events: EventEmitter
  readonly checks: PayloadCheckOptions
  /** The sinks that are open, by node index. */
  readonly writers: ReadonlyMap<number, SinkWriter<unknown>>
  /** What a node's injections resolved to. */
  readonly services: (node: number) => Readonly<Record<string, unknown>>
  /** A node's slice of the configuration. */
  readonly config: (node: number) => unknown
  readonly request: RequestNested
  /** Wall time of a time by the worker's clock, in milliseconds since the epoch. */
  readonly wallTime: (ms: number) => number
  /** Records what is done here; undefined where nothing outlives the process. */
  readonly journal?: Journal | undefined
  /** The sinks that say where they stand, by node index. */
  readonly checkpoints?: ReadonlyMap<number, SinkCheckpoint> | undefined
  /** Whether a node, or one before it, is in a group that what was lost is sent to again. */
  readonly mayRepeat?: ((nodes: readonly number[]) => boolean) | undefined
}

/** Makes the nodes of one worker as its runner runs them. */
export class NodeFactory {
  readonly #parts: NodeFactoryParts
  readonly #reach: Reach
  readonly #runner: Runner
  readonly #once: HandledOnce

  /** @param clock of the worker, monotonic, in milliseconds */
  constructor(parts: NodeFactoryParts, reach: Reach, runner: Runner, clock: () => number) {
    this.#parts = parts
    this.#reach = reach
    this.#runner = runner
    this.#once = new HandledOnce(clock)
  }

  /** How many messages of single requests came again to ordered nodes and were dropped. */
  get repeats(): number {
    return this.#once.repeats
  }

  /** A node, or a sink that is open. */
  node(definition: GraphPart, index: number): NodeRun {
    const handler = definition.kind === 'node' ? definition : undefined
    const newState = handler === undefined ? noState : this.#stateFactory(handler)
    const ordered = this.#parts.graph.nodes[index]?.ordered ?? false
    const upstream = this.#reach.upstream[index] ?? []
    return new NodeRun(this.#runner, {
      ...this.#unordered(index, definition.name),
      handle: this.#handleOf(definition, index),
      ordered,
      concurrency: handler?.concurrency ?? 1,
      onError: handler?.onError ?? 'fail',
      ...(definition.kind === 'sink' ? { failure: sinkFailure(definition.name) } : {}),
      upstream,
      tracked: this.#reach.tracked[index] ?? true,
      journal: this.#isRecorded(definition, index) ? this.#parts.journal : undefined,
      once: ordered && this.#parts.mayRepeat?.([index, ...upstream]) === true ? this.#once : undefined,
      newInvocation: invocationFactory(this.#contextParts(definition, index), this.#idle(), newState),
    })
  }

  /** The ordered end of one stream request: it takes replies as they leave. */
  outlet(type: number, take: (item: unknown) => void | Promise<void>): NodeRun {
    return new NodeRun(this.#runner, {
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

  /** What is ordered is recorded, a sink only where it can say where it stands. */
  #isRecorded({ kind }: GraphPart, index: number): boolean {
    if (this.#parts.graph.nodes[index]?.ordered !== true) return false
    return kind === 'node' || this.#parts.checkpoints?.has(index) === true
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

  #handleOf(definition: GraphPart, index: number): NodeRunParts['handle'] {
    if (definition.kind === 'node') return definition.handle as NodeRunParts['handle'] // the graph gives it only what it consumes
    const writer = this.#parts.writers.get(index)
    if (writer === undefined) return () => undefined
    return (payload, context) => writer.write(payload, context as HandlerContext) // the runner gives every node a context
  }

  #contextParts(definition: GraphPart, index: number): ContextParts {
    const { config, services, request, wallTime, events } = this.#parts
    return {
      config: config(index),
      services: services(index),
      request,
      wallTime,
      log: (root) => nodeLogger(events, definition.name, () => root.traceId),
    }
  }

  /** What a context points to before its first message. */
  #idle(): { readonly root: Root; readonly messageType: MessageType } {
    const [messageType] = this.#parts.types
    if (messageType === undefined) throw new RangeError('a graph without message types has nothing to run')
    return { root: new Root(noOwner, undefined, 0), messageType }
  }
}

function sinkFailure(name: string): NodeFailure {
  return { code: 'SINK_FAILED', what: `sink '${name}' could not write a message` }
}

const noState = (): undefined => undefined

const noContext: ContextParts = {
  config: undefined,
  services: {},
  request: () => Promise.reject(new RangeError('the end of a stream sends no requests')),
  wallTime: (ms) => ms,
  log: () => ({ debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }),
}
