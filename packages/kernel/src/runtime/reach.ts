import type { Graph } from '@millrace/contracts'

/** What comes before and after each node, as the order of messages needs it. */
export interface Reach {
  /** For each node, the nodes a message can pass before it. */
  readonly upstream: readonly (readonly number[])[]
  /** For each node, whether something ordered may come after it, itself included: an ordered node, or the end of a stream request. */
  readonly tracked: readonly boolean[]
  /** The nodes a message can pass before a reply of a type leaves. */
  before(replyType: number): readonly number[]
}

/** Follows the edges of a graph, which has no cycles, in both directions. */
export function reach(graph: Graph): Reach {
  const providers: Set<number>[] = graph.nodes.map(() => new Set())
  for (const { from, to } of graph.edges) providers[to]?.add(from)
  const upstream = graph.nodes.map((_, node) => closure([node], providers))
  const before = (type: number): readonly number[] => {
    const emitters = graph.nodes.flatMap((node, index) => (node.emits.includes(type) ? [index] : []))
    return [...new Set([...emitters, ...closure(emitters, providers)])]
  }
  return { upstream, tracked: tracked(graph, upstream, before), before }
}

function tracked(graph: Graph, upstream: Reach['upstream'], before: Reach['before']): readonly boolean[] {
  const result: boolean[] = graph.nodes.map((node) => node.ordered)
  const mark = (nodes: readonly number[]): void => {
    for (const node of nodes) result[node] = true
  }
  graph.nodes.forEach((node, index) => {
    if (node.ordered) mark(upstream[index] ?? [])
  })
  graph.types.forEach((type, index) => {
    if (type.reply) mark(before(index))
  })
  return result
}

/**
 * For each node, whether it is one of some or a message can come to it from one of them without leaving the worker.
 *
 * @param isHere whether a node is in the worker
 */
export function afterSome(
  graph: Graph,
  isOne: (node: number) => boolean,
  isHere: (node: number) => boolean,
): readonly boolean[] {
  const consumers: Set<number>[] = graph.nodes.map(() => new Set())
  for (const { from, to } of graph.edges) if (isHere(from) && isHere(to)) consumers[from]?.add(to)
  const some = graph.nodes.flatMap((_, node) => (isOne(node) ? [node] : []))
  const after = new Set([...some, ...closure(some, consumers)])
  return graph.nodes.map((_, node) => after.has(node))
}

/** Everything that can be reached over `next` from some nodes, without these unless a way leads back. */
function closure(from: readonly number[], next: readonly ReadonlySet<number>[]): readonly number[] {
  const found = new Set<number>()
  const open = [...from]
  for (let node = open.pop(); node !== undefined; node = open.pop())
    for (const other of next[node] ?? [])
      if (!found.has(other)) {
        found.add(other)
        open.push(other)
      }
  return [...found].sort((a, b) => a - b)
}
