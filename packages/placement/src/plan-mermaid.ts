import type { GraphNode, Plan, PlanGroup } from '@millrace/contracts'

/**
 * Draws the plan as a Mermaid flowchart: a subgraph per group, sources and sinks with round ends, ordered nodes with a double side,
 * edges inside a group thin, hops thick and numbered.
 *
 * See https://mermaid.js.org/syntax/flowchart.html
 */
export function planMermaid(plan: Plan): string {
  return [
    'flowchart LR',
    ...plan.groups.flatMap((group, index) => subgraph(plan, group, index)),
    ...links(plan),
    '',
  ].join('\n')
}

function subgraph({ graph }: Plan, group: PlanGroup, index: number): readonly string[] {
  const nodes = group.nodes.flatMap((node) => {
    const drawn = graph.nodes[node]
    return drawn === undefined ? [] : [`    n${node}${shape(drawn)}`]
  })
  return [`  subgraph g${index}[${quoted(title(group))}]`, ...nodes, '  end']
}

function title({ name, slots, partitionBy }: PlanGroup): string {
  const by = partitionBy === undefined ? '' : ` by ${partitionBy}`
  return slots.length === 1 ? name : `${name} (${slots.length} workers${by})`
}

function shape({ name, kind, ordered }: GraphNode): string {
  if (kind !== 'handler') return `([${quoted(name)}])`
  return ordered ? `[[${quoted(name)}]]` : `[${quoted(name)}]`
}

function links({ graph, hops }: Plan): readonly string[] {
  const hopOf = new Map(hops.map((hop, id) => [hop.edge, id]))
  return graph.edges.map(({ from, to, type }, index) => {
    const hop = hopOf.get(index)
    const name = graph.types[type]?.name ?? ''
    return hop === undefined
      ? `  n${from} -->|${quoted(name)}| n${to}`
      : `  n${from} ==>|${quoted(`${name}, hop ${hop}`)}| n${to}`
  })
}

/** Everything that could end the quotes or be read as markup or Markdown becomes a character code. */
function quoted(text: string): string {
  return `"${text.replace(/[^\p{L}\p{N} .,:()_-]/gu, (character) => `#${character.codePointAt(0)};`)}"`
}
