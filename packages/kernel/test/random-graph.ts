import { comparePositions, type Graph, type GraphEdge, type Position } from '@millrace/contracts'

/** Whole numbers from a seed, the same on every machine (a linear congruential generator, Numerical Recipes). */
export interface Chance {
  /** A fraction of 1. */
  next(): number
  /** A whole number below `limit`. */
  pick(limit: number): number
}

/** @param seed any whole number */
export function chanceOf(seed: number): Chance {
  let state = (seed * 7919 + 13) >>> 0
  const next = (): number => {
    state = (state * 1664525 + 1013904223) >>> 0
    return (state >>> 8) / 16777216
  }
  return { next, pick: (limit) => Math.floor(next() * limit) }
}

/** A clock of its own for a seed, in milliseconds: each look at it is a little later, so that slices end where the seed says. */
export function clockOf(seed: number): () => number {
  const chance = chanceOf(seed)
  let now = 0
  return () => {
    now += chance.next()
    return now
  }
}

/** How a handler of a random graph hands its messages over. */
export type HandlerShape = 'value' | 'iterable' | 'promise' | 'stream'

/** A random graph without cycles: node 0 is the source and feeds node 1, from which all others follow; the last one is the sink. */
export interface RandomCase {
  readonly graph: Graph
  readonly shapes: readonly HandlerShape[]
  readonly concurrency: readonly number[]
  readonly roots: number
  readonly maxInFlight: number
  /** What a node emits for the message at a position: depends on nothing else. Each emission names its consumer. */
  emissions(node: number, position: Position): readonly { readonly edge: number; readonly position: Position }[]
  /** Whether the handler of a node throws for the message at a position, after all that it emits for it; never, if undefined. */
  readonly fails?: (node: number, position: Position) => boolean
  /** Those for which it throws no more: the node, and where they stand. */
  readonly mended?: Set<string>
}

const handlerShapes: readonly HandlerShape[] = ['value', 'iterable', 'promise', 'stream']

/** Makes the graph of a seed: four to eight nodes, each edge with a message type of its own. */
export function randomCase(seed: number, roots = 25): RandomCase {
  const chance = chanceOf(seed)
  const count = 4 + chance.pick(5)
  const edges: GraphEdge[] = []
  const connect = (from: number, to: number): void => void edges.push({ from, to, type: edges.length })
  connect(0, 1)
  for (let to = 2; to < count; to++) {
    const from = new Set<number>()
    for (const want = 1 + chance.pick(Math.min(2, to - 1)); from.size < want; ) from.add(1 + chance.pick(to - 1))
    for (const node of from) connect(node, to)
  }
  for (let node = 1; node < count - 1; node++) if (!edges.some((edge) => edge.from === node)) connect(node, count - 1)
  const ordered = Array.from({ length: count }, (_, node) => node === count - 1 || (node > 0 && chance.next() < 0.3))
  const yields = Array.from({ length: count }, () => chance.pick(4))
  return {
    graph: graphOf(count, edges, ordered),
    shapes: Array.from({ length: count }, () => handlerShapes[chance.pick(4)] ?? 'value'),
    concurrency: Array.from({ length: count }, () => 1 + chance.pick(6)),
    roots,
    maxInFlight: 3 + chance.pick(8),
    emissions: (node, position) => emissions(edges, node, yields[node] ?? 0, position),
  }
}

function graphOf(count: number, edges: readonly GraphEdge[], ordered: readonly boolean[]): Graph {
  return {
    nodes: Array.from({ length: count }, (_, node) => ({
      name: `n${node}`,
      kind: node === 0 ? 'source' : node === count - 1 ? 'sink' : 'handler',
      stage: undefined,
      tags: [],
      runner: 'io',
      consumes: edges.filter((edge) => edge.to === node).map((edge) => edge.type),
      emits: edges.filter((edge) => edge.from === node).map((edge) => edge.type),
      ordered: ordered[node] ?? false,
      state: [],
    })),
    types: edges.map((edge) => ({
      name: `t${edge.type}`,
      reply: false,
      encoding: 'json',
      fields: ['at', 'key'],
      entry: false,
    })),
    edges,
  }
}

/** None, one or several messages to each consumer; in some graphs more than one iterable may have unfinished. */
function emissions(edges: readonly GraphEdge[], node: number, yields: number, position: Position) {
  const out: { edge: number; position: Position }[] = []
  for (const edge of edges.filter(({ from }) => from === node)) {
    let hash = ((node * 17 + edge.to) * 73856093) >>> 0
    for (const part of position) hash = (hash * 31 + part + 7) >>> 0
    const x = ((hash ^ (hash >>> 13)) >>> 0) % 10
    const messages = [1, x < 2 ? 0 : x < 8 ? 1 : 2, x < 1 ? 20 : 1, x < 3 ? 0 : 1][yields] ?? 1
    for (let index = 0; index < messages; index++) out.push({ edge: edge.type, position: [...position, out.length] })
  }
  return out
}

/**
 * The same graph with handlers that throw at some positions. One that streams has given half of its messages by then; of an
 * ordered node, which keeps state here, nothing is sent before its handler has ended.
 */
export function withFailures(testCase: RandomCase): RandomCase {
  const { graph, shapes } = testCase
  const mended = new Set<string>()
  const fails = (node: number, position: Position): boolean => {
    const { kind } = graph.nodes[node] ?? {}
    const hash = position.reduce((sum, part) => (sum * 31 + part + 7) >>> 0, node + 1)
    return kind === 'handler' && ((hash ^ (hash >>> 11)) >>> 0) % 6 === 0 && !mended.has(`n${node} ${position}`)
  }
  const streams = (node: number): boolean =>
    graph.nodes[node]?.ordered !== true && (shapes[node] === 'iterable' || shapes[node] === 'stream')
  return {
    ...testCase,
    fails,
    mended,
    emissions(node, position) {
      const all = testCase.emissions(node, position)
      return fails(node, position) ? all.slice(0, streams(node) ? all.length / 2 : 0) : all
    },
  }
}

/** Which messages the handlers of one depth-first process would throw for: the node, and where they stand. */
export function expectedFailures(testCase: RandomCase): readonly string[] {
  const failures: string[] = []
  const visit = (node: number, position: Position): void => {
    if (testCase.fails?.(node, position)) failures.push(`n${node} ${position}`)
    for (const { edge, position: child } of testCase.emissions(node, position))
      visit(testCase.graph.edges[edge]?.to ?? 0, child)
  }
  for (let seq = 0; seq < testCase.roots; seq++) visit(1, [seq, 0])
  return failures.sort()
}

/** What one depth-first process would show each node, in that order; undefined where a seed makes too many messages. */
export function expectedVisits(testCase: RandomCase): readonly (readonly string[])[] | undefined {
  const visits: Position[][] = testCase.graph.nodes.map(() => [])
  let total = 0
  const visit = (node: number, position: Position): void => {
    if (!testCase.fails?.(node, position)) visits[node]?.push(position)
    if (++total > 4000) return
    for (const { edge, position: child } of testCase.emissions(node, position))
      visit(testCase.graph.edges[edge]?.to ?? 0, child)
  }
  for (let seq = 0; seq < testCase.roots && total <= 4000; seq++) visit(1, [seq, 0])
  if (total > 4000) return undefined
  return visits.map((positions) => positions.sort(comparePositions).map(String))
}
