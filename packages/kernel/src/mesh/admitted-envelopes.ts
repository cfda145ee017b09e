import type { Plan, SlotId } from '@millrace/contracts'
import { outside } from '@millrace/placement'
import { emissionCredit } from '../runner/emission.js'
import type { EdgeMap } from './edge-map.js'

/** What admission depends on. */
export interface AdmissionInput {
  readonly plan: Plan
  readonly edges: EdgeMap
  /** How many unfinished roots each origin may have. */
  readonly maxInFlight: number
}

/**
 * How many envelopes one peer can have unacknowledged at a slot as long as everybody keeps to admission and credit: each origin
 * has at most so many roots, and each node on the way makes at most {@link emissionCredit} unfinished messages of one, and one
 * that is being made.
 */
export function admittedEnvelopes({ plan, edges, maxInFlight }: AdmissionInput, from: SlotId, to: SlotId): number {
  const { graph, groups, groupOf } = plan
  const holds = (slot: SlotId, node: number): boolean => groups[groupOf[node] ?? -1]?.slots.includes(slot) ?? false
  const depths = depthsOf(plan)
  const origins = groups.reduce((sum, { slots }) => sum + slots.length, 1)
  let admitted = 0
  for (const edge of edges.edges) {
    const sends = edge.from === outside || holds(from, edge.from)
    const takes = edge.to === outside || holds(to, edge.to)
    if (!sends || !takes) continue
    const depth = edge.from === outside || graph.nodes[edge.from]?.kind === 'source' ? 0 : (depths[edge.from] ?? 0) + 1
    admitted += maxInFlight * origins * (emissionCredit + 1) ** depth
  }
  return admitted
}

/** For each node, how many nodes a message can pass before it, sources not counted. */
function depthsOf({ graph }: Plan): readonly number[] {
  const depths = graph.nodes.map(() => 0)
  // The graph has no cycles, so that as many rounds as nodes are enough; most graphs need two.
  for (let changed = true; changed; ) {
    changed = false
    for (const { from, to } of graph.edges) {
      const depth = graph.nodes[from]?.kind === 'source' ? 0 : (depths[from] ?? 0) + 1
      if (depth <= (depths[to] ?? 0)) continue
      depths[to] = depth
      changed = true
    }
  }
  return depths
}
