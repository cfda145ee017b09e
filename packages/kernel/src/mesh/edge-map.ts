import type { Graph } from '@millrace/contracts'
import { outside, type PlanEdge, planEdges } from '@millrace/placement'

/** The numbered ways of a plan, and the number of each. */
export interface EdgeMap {
  /** By number. */
  readonly edges: readonly PlanEdge[]
  /** @throws RangeError for a way that the plan does not have */
  numberOf(from: number, to: number, type: number): number
}

/** Numbers the ways of a graph as every other worker does. */
export function edgeMap(graph: Graph): EdgeMap {
  const edges = planEdges(graph)
  // One number for each way, so that no text is made to look one up: this is on the way of every reply.
  const places = graph.nodes.length - outside
  const keyOf = (from: number, to: number, type: number): number =>
    ((from - outside) * places + (to - outside)) * graph.types.length + type
  const numbers = new Map(edges.map(({ from, to, type }, number) => [keyOf(from, to, type), number]))
  return {
    edges,
    numberOf(from, to, type) {
      const number = numbers.get(keyOf(from, to, type))
      if (number === undefined) throw new RangeError(`the plan has no way from ${from} to ${to} for type ${type}`)
      return number
    },
  }
}
