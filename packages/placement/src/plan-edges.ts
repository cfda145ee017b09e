import type { Graph } from '@millrace/contracts'

/** Stands for what is outside the graph: whoever sends a root into it, and whoever waits for its reply. */
export const outside = -1

/** One way an envelope can take between two slots; its id is its place in the list. */
export interface PlanEdge {
  /** Index of the emitting node; {@link outside} for a root on its way in. */
  readonly from: number
  /** Index of the consuming node; {@link outside} for a reply on its way to the origin of its root. */
  readonly to: number
  /** Index of the message type. */
  readonly type: number
}

/**
 * Every way an envelope can take, in an order that follows from the graph alone, so that all workers number them alike: the
 * edges of the graph, then the ways of roots to the consumers of each type, then the ways of replies from their emitters.
 */
export function planEdges({ nodes, types, edges }: Graph): readonly PlanEdge[] {
  const ways: PlanEdge[] = [...edges]
  types.forEach((_, type) => {
    nodes.forEach(({ consumes }, to) => {
      if (consumes.includes(type)) ways.push({ from: outside, to, type })
    })
  })
  types.forEach(({ reply }, type) => {
    if (!reply) return
    nodes.forEach(({ emits }, from) => {
      if (emits.includes(type)) ways.push({ from, to: outside, type })
    })
  })
  return ways
}
