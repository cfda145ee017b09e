import type { Graph, GraphEdge, GraphNode, GraphState, GraphType, GroupSettings } from '@millrace/contracts'

/** A node as a test writes it: the types by name, and only what matters. */
export interface NodeSketch extends Partial<Omit<GraphNode, 'consumes' | 'emits' | 'state'>> {
  readonly name: string
  readonly consumes?: readonly string[]
  readonly emits?: readonly string[]
  readonly state?: readonly (Partial<GraphState> & { readonly name: string })[]
}

/** Draws a graph from sketches: types and edges follow from what the nodes consume and emit. */
export function graphOf(
  sketches: readonly NodeSketch[],
  fields: Readonly<Record<string, readonly string[]>> = {},
): Graph {
  const names = [...new Set(sketches.flatMap(({ consumes = [], emits = [] }) => [...consumes, ...emits]))]
  const indices = (types: readonly string[] = []) => types.map((type) => names.indexOf(type))
  const nodes = sketches.map((sketch) => nodeOf(sketch, indices(sketch.consumes), indices(sketch.emits)))
  return { nodes, types: names.map((name) => typeOf(name, fields[name] ?? [])), edges: edgesOf(nodes) }
}

/** A group with every default filled in. */
export function groupOf(name: string, settings: Partial<GroupSettings> = {}): GroupSettings {
  const workers = settings.workers ?? 1
  return {
    name,
    nodes: [],
    stages: [],
    tags: [],
    runners: [],
    workers,
    partitionBy: undefined,
    partitions: workers,
    redeliver: 0,
    restartPolicy: 'on_failure',
    ...settings,
  }
}

function nodeOf(sketch: NodeSketch, consumes: readonly number[], emits: readonly number[]): GraphNode {
  const kind = consumes.length === 0 ? 'source' : emits.length === 0 ? 'sink' : 'handler'
  const state = (sketch.state ?? []).map((given) => ({ volatile: false, scope: 'partition' as const, ...given }))
  return {
    kind,
    stage: undefined,
    tags: [],
    runner: 'io',
    ordered: kind === 'sink' || state.length > 0,
    ...sketch,
    consumes,
    emits,
    state,
  }
}

function typeOf(name: string, fields: readonly string[]): GraphType {
  return { name, reply: false, encoding: 'json', fields, entry: false }
}

function edgesOf(nodes: readonly GraphNode[]): readonly GraphEdge[] {
  return nodes.flatMap((node, from) =>
    node.emits.flatMap((type) =>
      nodes.flatMap((consumer, to) => (to !== from && consumer.consumes.includes(type) ? [{ from, to, type }] : [])),
    ),
  )
}
