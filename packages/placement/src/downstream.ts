import type { Graph, GraphEdge, GraphNode } from '@millrace/contracts'

/** Whether a node takes messages one by one in source order: every sink and every node with state does. */
export function isOrdered(node: GraphNode): boolean {
  return node.ordered || node.kind === 'sink' || node.state.length > 0
}

/**
 * For each node, the ordered node that its messages may come to; the node itself where it is ordered, undefined where none
 * is ahead. Takes time in proportion to nodes and edges.
 *
 * @param follows which edges count @default all
 */
export function orderedAhead(
  graph: Graph,
  follows: (edge: GraphEdge) => boolean = () => true,
): readonly (number | undefined)[] {
  const into: GraphEdge[][] = graph.nodes.map(() => [])
  for (const edge of graph.edges) if (follows(edge)) into[edge.to]?.push(edge)
  const ahead: (number | undefined)[] = graph.nodes.map((node, index) => (isOrdered(node) ? index : undefined))
  // Grows while it is walked: that is the breadth-first search.
  const reached = ahead.filter((index) => index !== undefined)
  for (const index of reached) {
    for (const { from } of into[index] ?? []) {
      if (ahead[from] !== undefined) continue
      ahead[from] = ahead[index]
      reached.push(from)
    }
  }
  return ahead
}
