import type { Plan, SlotId } from '@millrace/contracts'
import { outside } from '@millrace/placement'
import { emissionCredit } from '../runner/emission.js'
import { type NestedWaysInput, nestedWays } from './nested-ways.js'

/** What admission depends on. */
export interface AdmissionInput extends NestedWaysInput {
  /** How many unfinished roots each origin may have. */
  readonly maxInFlight: number
}

/** How many unfinished messages a handler makes of one, and one that is being made. */
const mostOfOne = emissionCredit + 1

/**
 * How many envelopes one peer can have unacknowledged at a slot as long as everybody keeps to admission and credit: each origin
 * has at most so many roots, and each node on the way makes at most {@link mostOfOne} of each message that comes to it.
 *
 * @returns infinity where nested requests go that way, which admission does not count
 */
export function admittedEnvelopes(input: AdmissionInput, from: SlotId, to: SlotId): number {
  const { plan, edges, maxInFlight } = input
  const { graph, groups, groupOf } = plan
  const holds = (slot: SlotId, node: number): boolean => groups[groupOf[node] ?? -1]?.slots.includes(slot) ?? false
  const messages = messagesOfRoot(plan)
  const isNested = nestedWays(input, from, to)
  const origins = groups.reduce((sum, { slots }) => sum + slots.length, 1)
  let admitted = 0
  for (const edge of edges.edges) {
    const sends = edge.from === outside || holds(from, edge.from)
    const takes = edge.to === outside || holds(to, edge.to)
    if (!sends || !takes) continue
    if (isNested(edge)) return Number.POSITIVE_INFINITY
    const isEntry = edge.from === outside || graph.nodes[edge.from]?.kind === 'source'
    admitted += maxInFlight * origins * (isEntry ? 1 : (messages[edge.from] ?? 1) * mostOfOne)
  }
  return admitted
}

/** For each node, how many messages of one root can be at it, whichever ways they have come. */
function messagesOfRoot({ graph }: Plan): readonly number[] {
  let messages: readonly number[] = graph.nodes.map(() => 1)
  // The graph has no cycles, so that as many rounds as nodes are enough; most graphs need a few.
  for (let changed = true; changed; ) {
    const next = graph.nodes.map(() => 1) // the root itself, where it enters there
    for (const { from, to } of graph.edges) {
      const come = graph.nodes[from]?.kind === 'source' ? 1 : (messages[from] ?? 1) * mostOfOne
      next[to] = (next[to] ?? 1) + come
    }
    changed = next.some((count, node) => count !== messages[node])
    messages = next
  }
  return messages
}
