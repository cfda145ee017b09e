import {
  createEventEmitter,
  type Delivery,
  type EventEmitter,
  type Graph,
  type Hop,
  MillraceError,
  suggestion,
} from '@millrace/contracts'
import { type CacheSettings, type CacheStats, OutboundCache } from './outbound-cache.js'

/** What routes are made of: the graph, and where its nodes are. */
export interface RoutingTable {
  readonly graph: Graph
  /** For each node the index of its group; without it every node is here. */
  readonly groupOf?: readonly number[]
  /** The edges that cross groups. @default [] */
  readonly hops?: readonly Hop[]
}

/** How a routing service is made. */
export interface RoutingOptions extends RoutingTable {
  /** Index of the group that this worker runs; without it every node is here. */
  readonly here?: number
  readonly cache?: CacheSettings
  /** The version of the table. @default 1 */
  readonly version?: number
  /** Hears `route_cache.invalidated`. @default an emitter nobody listens to */
  readonly events?: EventEmitter
}

/** Tells where messages go. Outcomes are frozen and shared: two look-ups of the same may give the same list. */
export interface RoutingService {
  /**
   * Where a message goes: every consumer of its type except its emitter, in declaration order, or the one target that it names;
   * a reply type without a target may also end at the waiter of its root, which comes last.
   *
   * @param emitter index of the emitting node; -1 for a message from outside
   * @param type index of the message type
   * @param target name of the one node that shall get it
   * @throws MillraceError ROUTE_UNKNOWN_TARGET, ROUTE_TARGET_REFUSES_TYPE, ROUTE_NO_CONSUMER, ROUTE_SELF_LOOP
   */
  resolve(emitter: number, type: number, target?: string): readonly Delivery[]
  /** Forgets every remembered outcome, the errors too. */
  invalidate(version: number): void
  /** Takes another table, whose routes count from now on. */
  update(table: RoutingTable, version: number): void
  stats(): CacheStats & { readonly version: number }
}

/** Makes a routing service. */
export function createRoutingService(options: RoutingOptions): RoutingService {
  const { here, events = createEventEmitter() } = options
  const cache = new OutboundCache(options.cache)
  let table = indexed(options)
  let version = options.version ?? 1

  function invalidate(next: number): void {
    version = next
    events.emit('route_cache.invalidated', { version, entries: cache.clear() })
  }

  return {
    resolve: (emitter, type, target) =>
      cache.get(`${emitter} ${type} ${target ?? ''}`, () => resolve({ ...table, here }, { emitter, type, target })),
    invalidate,
    update(next, nextVersion) {
      table = indexed(next)
      invalidate(nextVersion)
    },
    stats: () => ({ ...cache.stats(), version }),
  }
}

interface Question {
  readonly emitter: number
  readonly type: number
  readonly target: string | undefined
}

/** A table whose consumers and edges are found without a search. */
interface IndexedTable extends RoutingTable {
  /** For each type the nodes that consume it, in declaration order. */
  readonly consumers: readonly (readonly number[])[]
  /** Index of an edge by `from to type`. */
  readonly edgeOf: ReadonlyMap<string, number>
}

function indexed(table: RoutingTable): IndexedTable {
  const { nodes, types, edges } = table.graph
  const consumers: number[][] = types.map(() => [])
  for (const [node, { consumes }] of nodes.entries()) for (const type of consumes) consumers[type]?.push(node)
  const edgeOf = new Map(edges.map(({ from, to, type }, edge) => [`${from} ${to} ${type}`, edge]))
  return { ...table, consumers, edgeOf }
}

type Place = IndexedTable & { readonly here: number | undefined }

function resolve(place: Place, question: Question): readonly Delivery[] {
  const { graph } = place
  const type = graph.types[question.type]
  if (type === undefined) throw new RangeError(`the graph has no message type ${question.type}`)
  if (question.target !== undefined)
    return Object.freeze([delivery(place, question, targetOf(place, question, question.target))])
  const consumers = (place.consumers[question.type] ?? []).filter((node) => node !== question.emitter)
  if (consumers.length === 0 && !type.reply) throw nowhere(place, question)
  const deliveries: Delivery[] = consumers.map((node) => delivery(place, question, node))
  if (type.reply) deliveries.push({ kind: 'terminal', type: question.type })
  return Object.freeze(deliveries)
}

function delivery({ edgeOf, groupOf, hops, here }: Place, { emitter, type }: Question, node: number): Delivery {
  const edge = edgeOf.get(`${emitter} ${node} ${type}`) ?? -1
  const group = groupOf?.[node]
  if (here === undefined || group === undefined || group === here) return { kind: 'local', node, edge }
  const hop = (hops ?? []).findIndex((one) => one.edge === edge)
  return { kind: 'boundary', node, edge, hop, group }
}

function targetOf({ graph, consumers }: Place, { emitter, type }: Question, target: string): number {
  const node = graph.nodes.findIndex(({ name }) => name === target)
  const typeName = graph.types[type]?.name ?? ''
  const facts = { type: typeName, target }
  if (node < 0) {
    const names = graph.nodes.map(({ name }) => name)
    throw new MillraceError(
      'ROUTE_UNKNOWN_TARGET',
      `a message of type '${typeName}' names the target '${target}', which is no node; ${suggestion(target, names)}`,
      { facts },
    )
  }
  if (node === emitter)
    throw new MillraceError(
      'ROUTE_SELF_LOOP',
      `node '${target}' names itself as the target of a message of type '${typeName}'`,
      { facts },
    )
  if (!graph.nodes[node]?.consumes.includes(type)) {
    const takers = (consumers[type] ?? []).map((taker) => `'${graph.nodes[taker]?.name}'`)
    const who = takers.length === 0 ? 'no node consumes it' : `it is consumed by ${takers.join(', ')}`
    throw new MillraceError(
      'ROUTE_TARGET_REFUSES_TYPE',
      `a message of type '${typeName}' names the target '${target}', which does not consume it; ${who}`,
      { facts },
    )
  }
  return node
}

function nowhere({ graph, consumers }: Place, { emitter, type }: Question): MillraceError {
  const name = graph.types[type]?.name ?? ''
  if ((consumers[type] ?? []).length > 0)
    return new MillraceError(
      'ROUTE_SELF_LOOP',
      `the only consumer of '${name}' is '${graph.nodes[emitter]?.name}', which emits it; let another node consume it`,
      { facts: { type: name } },
    )
  return new MillraceError(
    'ROUTE_NO_CONSUMER',
    `nothing consumes '${name}'; add a node that does, or define the type with { reply: true }`,
    { facts: { type: name } },
  )
}
