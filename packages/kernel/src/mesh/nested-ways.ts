import type { Plan, SlotId } from '@millrace/contracts'
import { outside, type PlanEdge } from '@millrace/placement'
import type { EdgeMap } from './edge-map.js'

/** What tells the ways of nested requests from others. */
export interface NestedWaysInput {
  readonly plan: Plan
  readonly edges: EdgeMap
  /** For each node, the types that it asks for by nested requests. */
  readonly asks: readonly (readonly number[])[]
}

/** Tells of a way from one slot to another whether nested requests, and what comes of them, can take it. */
export function nestedWays({ plan, edges, asks }: NestedWaysInput, from: SlotId, to: SlotId) {
  const askedIn = (slot: SlotId): readonly number[] =>
    asks.flatMap((types, node) => (plan.groups[plan.groupOf[node] ?? -1]?.slots.includes(slot) ? types : []))
  const reached = reachedBy(edges.edges, new Set(asks.flat()))
  const [asked, isAnswered] = [askedIn(from), askedIn(to).length > 0]
  return (way: PlanEdge): boolean => {
    if (way.from === outside) return asked.includes(way.type)
    return reached.has(way.from) && (way.to !== outside || isAnswered)
  }
}

/** Every node that something of a request can come to. */
function reachedBy(ways: readonly PlanEdge[], types: ReadonlySet<number>): ReadonlySet<number> {
  const reached = new Set(ways.flatMap(({ from, to, type }) => (from === outside && types.has(type) ? [to] : [])))
  // A set is walked in order of insertion, and what is added on the way is walked too.
  for (const node of reached) for (const { from, to } of ways) if (from === node && to !== outside) reached.add(to)
  return reached
}
