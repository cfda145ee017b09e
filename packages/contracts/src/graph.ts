import type { RunnerKind } from './node.js'

/** What a node of the graph is: a source emits without consuming, a sink consumes without emitting. */
export type GraphNodeKind = 'source' | 'handler' | 'sink'

/** A node as the compiled graph lists it; its index is its place in the list. */
export interface GraphNode {
  readonly name: string
  readonly kind: GraphNodeKind
  readonly stage: string | undefined
  readonly tags: readonly string[]
  readonly runner: RunnerKind
  /** Indices of message types. */
  readonly consumes: readonly number[]
  /** Indices of message types. */
  readonly emits: readonly number[]
  readonly ordered: boolean
  /** What it remembers; a volatile state is a cache. */
  readonly state: readonly GraphState[]
}

/** One state of a node, as far as placement must know it. */
export interface GraphState {
  readonly name: string
  readonly volatile: boolean
  readonly scope: 'partition' | 'global'
}

/** A message type as the compiled graph lists it; its index is its place in the list. */
export interface GraphType {
  readonly name: string
  readonly reply: boolean
  readonly encoding: 'json' | 'bytes'
  /** Top-level fields of the payload, for `partition_by`. */
  readonly fields: readonly string[]
  /** True where messages of this type may enter from outside: a request or an interface. */
  readonly entry: boolean
}

/** One way a message takes: from a node to a consumer of a type it emits. */
export interface GraphEdge {
  /** Index of the emitting node. */
  readonly from: number
  /** Index of the consuming node. */
  readonly to: number
  /** Index of the message type. */
  readonly type: number
}

/** Nodes, and the edges that follow from what they consume and emit. Node graphs have no cycles. */
export interface Graph {
  /** In declaration order. */
  readonly nodes: readonly GraphNode[]
  readonly types: readonly GraphType[]
  /** By emitter, then type, then consumer, each in declaration order. */
  readonly edges: readonly GraphEdge[]
}
