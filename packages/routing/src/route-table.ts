import type { Delivery, Graph, Hop } from '@millrace/contracts'
import {
  noConsumer,
  onlyItself,
  ownTarget,
  type Question,
  type Refusal,
  refusedByTarget,
  unknownTarget,
} from './refusals.js'

/** What routes are made of: the graph, and where its nodes are. */
export interface RoutingTable {
  readonly graph: Graph
  /** For each node the index of its group; without it every node is here. */
  readonly groupOf?: readonly number[]
  /** The edges that cross groups. @default [] */
  readonly hops?: readonly Hop[]
}

/** Where a message goes, or why it goes nowhere. */
export type Route =
  | { readonly kind: 'found'; readonly deliveries: readonly Delivery[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** A routing table, indexed so that nothing is searched for. */
export class RouteTable {
  readonly #graph: Graph
  /** For each node, the index of its group where that is another than here. */
  readonly #elsewhere: readonly (number | undefined)[]
  readonly #nodes: ReadonlyMap<string, number>
  /** For each type, the nodes that consume it, in declaration order. */
  readonly #consumers: readonly (readonly number[])[]
  readonly #edges: ReadonlyMap<string, number>
  readonly #hops: ReadonlyMap<number, number>

  /**
   * @param here index of the group of this worker; undefined where every node is here
   * @throws RangeError when a node has no group, or an edge from here to another group no hop
   */
  constructor({ graph, groupOf, hops = [] }: RoutingTable, here: number | undefined) {
    const { nodes, types, edges } = graph
    this.#graph = graph
    this.#elsewhere = nodes.map((_, node) => otherGroup(groupOf, here, node))
    this.#nodes = new Map(nodes.map(({ name }, node) => [name, node]))
    this.#consumers = types.map((_, type) => [...nodes.keys()].filter((node) => nodes[node]?.consumes.includes(type)))
    this.#edges = new Map(edges.map(({ from, to, type }, edge) => [edgeKey(from, to, type), edge]))
    this.#hops = new Map(hops.map(({ edge }, hop) => [edge, hop]))
    this.#checkHops()
  }

  /**
   * A number for who emits what, different for each; for caches.
   *
   * @throws RangeError for an index that the graph does not have
   */
  keyOf(emitter: number, type: number): number {
    const { nodes, types } = this.#graph
    if (emitter !== -1 && !(emitter in nodes)) throw new RangeError(`the graph has no node ${emitter}`)
    if (!(type in types)) throw new RangeError(`the graph has no message type ${type}`)
    return (emitter + 1) * types.length + type
  }

  route(question: Question): Route {
    return question.target === undefined ? this.#toAll(question) : this.#toOne(question, question.target)
  }

  #toAll(question: Question): Route {
    const { emitter, type } = question
    const consumers = this.#consumers[type] ?? []
    const takers = consumers.filter((node) => node !== emitter)
    const reply = this.#graph.types[type]?.reply === true
    if (takers.length === 0 && !reply)
      return refused(consumers.length === 0 ? noConsumer(this.#graph, question) : onlyItself(this.#graph, question))
    const deliveries: readonly Delivery[] = takers.map((node) => this.#delivery(emitter, type, node))
    return found(reply ? [...deliveries, { kind: 'terminal', type }] : deliveries)
  }

  #toOne(question: Question, target: string): Route {
    const { emitter, type } = question
    const node = this.#nodes.get(target)
    if (node === undefined) return refused(unknownTarget(this.#graph, question, target))
    if (node === emitter) return refused(ownTarget(this.#graph, question))
    const consumers = this.#consumers[type] ?? []
    if (!consumers.includes(node)) return refused(refusedByTarget(this.#graph, question, node, consumers))
    return found([this.#delivery(emitter, type, node)])
  }

  #delivery(emitter: number, type: number, node: number): Delivery {
    const edge = this.#edges.get(edgeKey(emitter, node, type)) ?? -1
    const group = this.#elsewhere[node]
    if (group === undefined) return { kind: 'local', node, edge }
    return { kind: 'boundary', node, edge, hop: this.#hops.get(edge) ?? -1, group }
  }

  /** Only a message from outside may cross without a hop: there is no edge for it. */
  #checkHops(): void {
    for (const [edge, { from, to }] of this.#graph.edges.entries())
      if (this.#elsewhere[from] === undefined && this.#elsewhere[to] !== undefined && !this.#hops.has(edge))
        throw new RangeError(`edge ${edge} leads to another group and has no hop: graph and plan do not fit together`)
  }
}

function otherGroup(
  groupOf: readonly number[] | undefined,
  here: number | undefined,
  node: number,
): number | undefined {
  if (groupOf === undefined || here === undefined) return undefined
  const group = groupOf[node]
  if (group === undefined) throw new RangeError(`node ${node} has no group: graph and plan do not fit together`)
  return group === here ? undefined : group
}

function edgeKey(from: number, to: number, type: number): string {
  return `${from} ${to} ${type}`
}

function refused(refusal: Refusal): Route {
  return { kind: 'refused', refusal }
}

function found(deliveries: readonly Delivery[]): Route {
  return { kind: 'found', deliveries: Object.freeze(deliveries.map((delivery) => Object.freeze(delivery))) }
}
