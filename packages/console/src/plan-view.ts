import { errorCodes, eventList, type Plan } from '@millrace/contracts'
import type { EdgeView, PlanView } from './view.js'

/** Says what the page must know of a plan. */
export function planView(title: string, plan: Plan): PlanView {
  const { graph, groups } = plan
  const typeNames = (indices: readonly number[]) => indices.map((index) => graph.types[index]?.name ?? '')
  return {
    title,
    profile: plan.profile,
    hash: plan.hash,
    groups: groups.map(({ name, slots, partitionBy }) => ({ name, slots, partitionBy: partitionBy ?? null })),
    nodes: graph.nodes.map((node, index) => ({
      name: node.name,
      kind: node.kind,
      group: plan.groupOf[index] ?? 0,
      stage: node.stage ?? null,
      runner: node.runner,
      ordered: node.ordered,
      consumes: typeNames(node.consumes),
      emits: typeNames(node.emits),
      state: node.state.map(({ name }) => name),
    })),
    edges: edgeViews(plan),
    codes: errorCodes,
    events: Object.fromEntries(Object.entries(eventList).map(([name, { says }]) => [name, says])),
  }
}

/** The name of a hop between two groups. */
export function hopName(from: string, to: string): string {
  return `${from}→${to}`
}

/** One edge for each pair of nodes; of those that cross the same two groups, the first holds the numbers of the hop. */
function edgeViews({ graph, groupOf, groups }: Plan): readonly EdgeView[] {
  const types = new Map<string, string[]>()
  for (const { from, to, type } of graph.edges) {
    const name = graph.types[type]?.name ?? ''
    const pair = `${from} ${to}`
    types.set(pair, [...(types.get(pair) ?? []), name])
  }
  const pairs = [...types].map(([pair, names]) => {
    const [from = 0, to = 0] = pair.split(' ').map(Number)
    return { from, to, types: names }
  })
  const groupName = (node: number): string => groups[groupOf[node] ?? 0]?.name ?? ''
  const nameOf = (pair: { from: number; to: number }): string => hopName(groupName(pair.from), groupName(pair.to))
  const names = pairs.map(nameOf)
  return pairs.map((pair, index): EdgeView => {
    const name = names[index] ?? ''
    const crosses = groupOf[pair.from] !== groupOf[pair.to]
    const hop = crosses && names.indexOf(name) === index ? name : null
    const shared = crosses && names.filter((other) => other === name).length > 1
    const entered = graph.nodes[pair.to]?.consumes.some((type) => graph.types[type]?.entry === true) ?? false
    const only = !entered && pairs.filter(({ to }) => to === pair.to).length === 1
    return { ...pair, hop, shared, crosses, only }
  })
}
