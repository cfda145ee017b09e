import type { Graph, GraphEdge, GraphNode, GraphState, GraphType, MessageType, StateUses } from '@millrace/contracts'
import { consumedBy, emittedBy, type GraphPart } from './graph-parts.js'
import { messageFields } from './message-fields.js'

/**
 * Draws the graph of some parts: nodes in their order, and an edge from each emitter of a type to each of its consumers but
 * itself.
 *
 * @param types every type that the parts speak of
 * @param entries names of the types that may enter from outside
 */
export function drawGraph(
  parts: readonly GraphPart[],
  types: readonly MessageType[],
  entries: ReadonlySet<string>,
): Graph {
  const indexOf = new Map(types.map((type, index) => [type.name, index]))
  const indices = (list: readonly MessageType[]) => [...new Set(list.flatMap(({ name }) => indexOf.get(name) ?? []))]
  const nodes = parts.map((part) => graphNode(part, indices(consumedBy(part)), indices(emittedBy(part))))
  return {
    nodes,
    types: types.map((type) => graphType(type, entries.has(type.name))),
    edges: graphEdges(nodes, types.length),
  }
}

function graphNode(part: GraphPart, consumes: readonly number[], emits: readonly number[]): GraphNode {
  const { name, stage, tags, runner } = part
  return {
    name,
    kind: part.kind === 'node' ? 'handler' : part.kind,
    stage,
    tags,
    runner,
    consumes,
    emits,
    ordered: part.kind === 'sink' || (part.kind === 'node' && part.ordered),
    state: part.kind === 'node' ? graphStates(part.state) : [],
  }
}

function graphStates(uses: StateUses): readonly GraphState[] {
  return Object.entries(uses).map(([name, { volatile = false, scope = 'partition' }]) => ({ name, volatile, scope }))
}

function graphType({ name, reply, encoding, schema }: MessageType, entry: boolean): GraphType {
  return { name, reply, encoding, fields: messageFields(schema), entry }
}

function graphEdges(nodes: readonly GraphNode[], typeCount: number): readonly GraphEdge[] {
  const consumers: number[][] = Array.from({ length: typeCount }, () => [])
  for (const [index, node] of nodes.entries()) for (const type of node.consumes) consumers[type]?.push(index)
  return nodes.flatMap((node, from) =>
    node.emits.flatMap((type) => (consumers[type] ?? []).flatMap((to) => (to === from ? [] : [{ from, to, type }]))),
  )
}
