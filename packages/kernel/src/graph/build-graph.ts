import type { ConfigPath, Finding, Graph, MessageType, Part } from '@millrace/contracts'
import { circles } from './circles.js'
import { type Borders, deadEnds, noReplies, unservedBorders } from './dead-ends.js'
import { drawGraph } from './draw-graph.js'
import { duplicateNames } from './duplicate-names.js'
import { type GraphPart, graphParts, type InactivePart } from './graph-parts.js'
import { ambiguousTypes, messageTypes } from './message-types.js'
import { type Traffic, trafficOf } from './traffic.js'

/** A message type that an interface names, and where. */
export interface TypeUse {
  readonly type: string
  readonly path?: ConfigPath
}

/** What a graph is built from. */
export interface GraphInput {
  /** All definitions, in declaration order; services among them are passed over. */
  readonly parts: readonly Part[]
  /** Names of the sources and sinks that `adapters` configures. */
  readonly adapters: readonly string[]
  /** The types that interfaces request. @default [] */
  readonly entries?: readonly TypeUse[]
  /** The types that interfaces take as replies. @default [] */
  readonly replies?: readonly TypeUse[]
  /** True where a program embeds the runtime: it may request any type that no definition emits. */
  readonly embedded: boolean
}

/** A graph, the definitions behind it, and what is wrong with it. */
export interface GraphOutcome {
  readonly graph: Graph
  /** By node index. */
  readonly nodes: readonly GraphPart[]
  /** By type index. */
  readonly types: readonly MessageType[]
  /** Sources and sinks that no adapter activates, for `placementFindings`. */
  readonly inactive: readonly InactivePart[]
  /** Empty for a graph that can run. */
  readonly findings: readonly Finding[]
}

/**
 * Builds the graph that follows from what the active definitions consume and emit, and finds everything that is wrong with it
 * at once: GRAPH_DUPLICATE_NODE, GRAPH_NO_PROVIDER, GRAPH_NO_CONSUMER, ROUTE_SELF_LOOP, GRAPH_CYCLE.
 */
export function buildGraph(input: GraphInput): GraphOutcome {
  const { active, inactive } = graphParts(input.parts, input.adapters)
  const types = messageTypes(active)
  const traffic = trafficOf(types, active, inactive)
  const { entries: requested = [], replies: replied = [] } = input
  const asked = { entries: placesByType(requested), replies: placesByType(replied) }
  const entries = new Set([
    ...asked.entries.keys(),
    ...requestedTypes(active),
    ...(input.embedded ? openTypes(traffic) : []),
  ])
  const borders: Borders = { entries, replies: new Set(asked.replies.keys()) }
  const graph = drawGraph(active, types, borders.entries)
  const everything = [...active, ...inactive]
  const findings = [
    ...duplicateNames(everything),
    ...ambiguousTypes(everything),
    ...unservedBorders(traffic, asked),
    ...noReplies(traffic, asked),
    ...deadEnds(traffic, borders),
    ...circles(graph),
  ]
  return { graph, nodes: active, types, inactive, findings }
}

/** Where each type is named first. */
function placesByType(uses: readonly TypeUse[]): ReadonlyMap<string, ConfigPath | undefined> {
  return new Map([...uses].reverse().map(({ type, path }) => [type, path]))
}

/** The types that handlers send by nested requests. */
function requestedTypes(active: readonly GraphPart[]): readonly string[] {
  return active.flatMap((part) => (part.kind === 'node' ? part.requests.map(({ name }) => name) : []))
}

/** The types that only an embedding program can send: something takes them, and nothing but their one taker makes them. */
function openTypes(traffic: readonly Traffic[]): readonly string[] {
  return traffic
    .filter(({ emitters, waitingEmitters, consumers }) => {
      const others = [...emitters, ...waitingEmitters].filter((emitter) => consumers.some((taker) => taker !== emitter))
      return consumers.length > 0 && others.length === 0
    })
    .map(({ type }) => type)
}
