import type { Finding, Graph, GraphEdge } from '@millrace/contracts'
import { type Cycle, findCycles } from './find-cycles.js'

/** What is wrong with a graph in which messages could run in a circle; each finding draws one. */
export function circles(graph: Graph): readonly Finding[] {
  return findCycles(graph).map((cycle) => ({
    code: 'GRAPH_CYCLE',
    message: `messages could run in a circle: ${draw(graph, cycle)} (${cycle.map((edge) => label(graph, edge)).join(', ')}); take one of these types out of a node's emits or consumes`,
  }))
}

function draw(graph: Graph, cycle: Cycle): string {
  const nodes = cycle.map(({ from }) => nameOf(graph, from))
  return [...nodes, ...nodes.slice(0, 1)].join(' → ')
}

function label(graph: Graph, { from, to, type }: GraphEdge): string {
  return `'${graph.types[type]?.name}' from ${nameOf(graph, from)} to ${nameOf(graph, to)}`
}

function nameOf(graph: Graph, node: number): string {
  return graph.nodes[node]?.name ?? ''
}
