import type { MessageType, NodeDefinition, Part, SinkDefinition, SourceDefinition } from '@millrace/contracts'

/** A definition with a place in the graph. */
export type GraphPart = NodeDefinition | SourceDefinition | SinkDefinition

/** An edge of the graph that waits for its adapter. */
export type InactivePart = SourceDefinition | SinkDefinition

/** The definitions that take part, and the sources and sinks that no adapter activates; each in declaration order. */
export interface GraphParts {
  readonly active: readonly GraphPart[]
  readonly inactive: readonly InactivePart[]
}

/** Tells who takes part: every node, and the sources and sinks that `adapters` names. Services are no part of a graph. */
export function graphParts(parts: readonly Part[], adapters: readonly string[]): GraphParts {
  const configured = new Set(adapters)
  const placed = parts.filter((part) => part.kind !== 'service')
  const waits = (part: GraphPart): part is InactivePart => part.kind !== 'node' && !configured.has(part.name)
  return { active: placed.filter((part) => !waits(part)), inactive: placed.filter(waits) }
}

/** The types that a part takes; a source takes none. */
export function consumedBy(part: GraphPart): readonly MessageType[] {
  return part.kind === 'source' ? [] : part.consumes
}

/** The types that a part makes; a sink makes none. */
export function emittedBy(part: GraphPart): readonly MessageType[] {
  return part.kind === 'sink' ? [] : part.emits
}

/** A part as messages speak of it: `source 'read'`. */
export function describePart({ kind, name }: GraphPart): string {
  return `${kind} '${name}'`
}
