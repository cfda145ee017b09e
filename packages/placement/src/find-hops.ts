import type { Graph, GraphEdge, Hop, PlanGroup } from '@millrace/contracts'
import { orderedAhead } from './downstream.js'

/** The edges that cross two groups, in the order of the edges, each with how the receiving slot is chosen. */
export function findHops(graph: Graph, groups: readonly PlanGroup[], groupOf: readonly number[]): readonly Hop[] {
  const ahead = orderedAhead(graph)
  return graph.edges.flatMap((edge, index) => {
    const [fromGroup, toGroup] = [groupOf[edge.from] ?? -1, groupOf[edge.to] ?? -1]
    const receiver = groups[toGroup]
    if (receiver === undefined || fromGroup === toGroup) return []
    return [{ edge: index, fromGroup, toGroup, choose: chooseFor(edge, receiver, graph, ahead[edge.to] !== undefined) }]
  })
}

/** Towards an ordered node never by load: an envelope that is sent again must take the way it took before. */
function chooseFor(edge: GraphEdge, receiver: PlanGroup, graph: Graph, orderedIsAhead: boolean): Hop['choose'] {
  if (receiver.slots.length === 1 && receiver.partitions === 1) return 'single'
  const { partitionBy } = receiver
  if (partitionBy !== undefined && graph.types[edge.type]?.fields.includes(partitionBy)) return 'partition'
  return orderedIsAhead ? 'sequence' : 'load'
}
