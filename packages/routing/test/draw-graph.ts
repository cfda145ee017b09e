import type { Graph, GraphNode } from '@millrace/contracts'

/** A node as a test draws it: what it consumes and emits, by the names of types. */
export interface DrawnNode {
  readonly consumes?: readonly string[]
  readonly emits?: readonly string[]
}

/** Compiles a drawing: nodes and types in the order in which they are named, edges as the contract orders them. */
export function drawGraph(drawn: Readonly<Record<string, DrawnNode>>, replies: readonly string[] = []): Graph {
  const rows = Object.entries(drawn)
  const typeNames = [
    ...new Set([...rows.flatMap(([, { consumes = [], emits = [] }]) => [...consumes, ...emits]), ...replies]),
  ]
  const indices = (names: readonly string[]) => names.map((name) => typeNames.indexOf(name))
  const nodes: readonly GraphNode[] = rows.map(([name, { consumes = [], emits = [] }]) => ({
    name,
    kind: 'handler',
    stage: undefined,
    tags: [],
    runner: 'io',
    consumes: indices(consumes),
    emits: indices(emits),
    ordered: false,
    state: [],
  }))
  const consumersOf = (type: number) => [...nodes.keys()].filter((node) => nodes[node]?.consumes.includes(type))
  return {
    nodes,
    types: typeNames.map((name) => ({
      name,
      reply: replies.includes(name),
      encoding: 'json',
      fields: [],
      entry: false,
    })),
    edges: nodes.flatMap(({ emits }, from) =>
      emits.flatMap((type) =>
        consumersOf(type)
          .filter((to) => to !== from)
          .map((to) => ({ from, to, type })),
      ),
    ),
  }
}
