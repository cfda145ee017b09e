import type { Graph, GraphEdge } from '@millrace/contracts'

/** A way from a node back to itself, edge by edge. */
export type Cycle = readonly GraphEdge[]

/**
 * Finds the ways in which messages could run in a circle: the shortest through the first node of each knot, that is of each
 * set of nodes that can all reach each other. A graph without cycles takes time in proportion to its nodes and edges.
 */
export function findCycles(graph: Graph): readonly Cycle[] {
  const outgoing = edgesBy(graph, 'from')
  const incoming = edgesBy(graph, 'to')
  const told = new Set<number>()
  return [...unsortable(graph, outgoing)].flatMap((node) => {
    const cycle = told.has(node) ? undefined : wayBack(node, outgoing)
    if (cycle === undefined) return []
    const before = reachable(node, incoming, 'from')
    for (const after of reachable(node, outgoing, 'to')) if (before.has(after)) told.add(after)
    return [cycle]
  })
}

/** What is left when nodes without a predecessor are taken away as long as there are any: cycles, and what follows them. */
function unsortable(graph: Graph, outgoing: readonly (readonly GraphEdge[])[]): ReadonlySet<number> {
  const pending = graph.nodes.map(() => 0)
  for (const { to } of graph.edges) pending[to] = (pending[to] ?? 0) + 1
  const left = new Set(graph.nodes.keys())
  const free = pending.flatMap((count, node) => (count === 0 ? [node] : []))
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    left.delete(node)
    for (const { to } of outgoing[node] ?? []) {
      const count = (pending[to] ?? 0) - 1
      pending[to] = count
      if (count === 0) free.push(to)
    }
  }
  return left
}

/** Breadth first, so that the way is a shortest one. */
function wayBack(start: number, outgoing: readonly (readonly GraphEdge[])[]): Cycle | undefined {
  const arrival = new Map<number, GraphEdge>()
  const open = [start]
  for (const node of open) {
    for (const edge of outgoing[node] ?? []) {
      if (arrival.has(edge.to)) continue
      arrival.set(edge.to, edge)
      if (edge.to === start) return unwind(edge, start, arrival)
      open.push(edge.to)
    }
  }
  return undefined
}

function unwind(last: GraphEdge, start: number, arrival: ReadonlyMap<number, GraphEdge>): Cycle {
  const way: GraphEdge[] = []
  let edge: GraphEdge | undefined = last
  while (edge !== undefined) {
    way.unshift(edge)
    edge = edge.from === start ? undefined : arrival.get(edge.from)
  }
  return way
}

/** Everything that can be reached along edges, the start included. */
function reachable(start: number, edges: readonly (readonly GraphEdge[])[], end: 'from' | 'to'): ReadonlySet<number> {
  const found = new Set([start])
  // A set is walked in order of insertion, and what is added on the way is walked too.
  for (const node of found) for (const edge of edges[node] ?? []) found.add(edge[end])
  return found
}

function edgesBy(graph: Graph, end: 'from' | 'to'): readonly (readonly GraphEdge[])[] {
  const lists: GraphEdge[][] = graph.nodes.map(() => [])
  for (const edge of graph.edges) lists[edge[end]]?.push(edge)
  return lists
}
