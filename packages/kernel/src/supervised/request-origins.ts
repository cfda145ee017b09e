import type { Plan, SlotId } from '@millrace/contracts'
import type { GraphPart } from '../graph/graph-parts.js'
import { embeddingSlot } from '../mesh/place.js'

/**
 * The slots that send requests into the graph and wait for replies: those whose nodes send nested requests, the one
 * that serves the web, and the embedding process where the graph has replies at all.
 */
export function requestOrigins(
  { graph, groups, groupOf }: Plan,
  nodes: readonly GraphPart[],
  web: SlotId | undefined,
): readonly SlotId[] {
  const asking = groups.filter((_, group) =>
    nodes.some((node, index) => groupOf[index] === group && node.kind === 'node' && node.requests.length > 0),
  )
  const embedding = graph.types.some(({ reply }) => reply) ? [embeddingSlot] : []
  const serving = web === undefined ? [] : [web]
  return [...new Set([...embedding, ...serving, ...asking.flatMap(({ slots }) => slots)])]
}
