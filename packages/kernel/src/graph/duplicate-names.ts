import type { Finding } from '@millrace/contracts'
import { describePart, type GraphPart } from './graph-parts.js'

/** What is wrong with names that stand for several nodes, sources or sinks, active or not. */
export function duplicateNames(parts: readonly GraphPart[]): readonly Finding[] {
  const byName = new Map<string, GraphPart[]>()
  for (const part of parts) {
    const namesakes = byName.get(part.name)
    if (namesakes === undefined) byName.set(part.name, [part])
    else namesakes.push(part)
  }
  return [...byName.values()].filter((namesakes) => namesakes.length > 1).map(duplicate)
}

function duplicate(namesakes: readonly GraphPart[]): Finding {
  const [first] = namesakes
  const same = first !== undefined && namesakes.every((part) => part === first)
  const message = same
    ? `${describePart(first)} is listed ${namesakes.length} times; list each definition once`
    : `the name '${first?.name}' stands for ${namesakes.length} definitions (${namesakes.map(({ kind }) => kind).join(', ')}); names are unique in a graph: rename all but one`
  return { code: 'GRAPH_DUPLICATE_NODE', message }
}
