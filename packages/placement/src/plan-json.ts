import type { GraphEdge, GraphNode, GraphState, Hop, Plan, PlanGroup } from '@millrace/contracts'

/** A plan by names instead of indices, for tools: lists keep the order of the plan, what does not apply is null. */
export interface PlanReport {
  readonly profile: Plan['profile']
  /** 64 hex digits. */
  readonly hash: string
  readonly groups: readonly PlanReportGroup[]
  readonly nodes: readonly PlanReportNode[]
  readonly types: readonly PlanReportType[]
  readonly edges: readonly PlanReportEdge[]
}

/** A group, in the order of the configuration. */
export interface PlanReportGroup {
  readonly name: string
  /** `features#1`, `features#2`, … */
  readonly slots: readonly string[]
  readonly partitionBy: string | null
  readonly partitions: number
  readonly redeliver: number
  /** Names, in declaration order. */
  readonly nodes: readonly string[]
}

/** A node, in declaration order. */
export interface PlanReportNode {
  readonly name: string
  readonly kind: GraphNode['kind']
  readonly stage: string | null
  readonly tags: readonly string[]
  readonly runner: GraphNode['runner']
  readonly ordered: boolean
  readonly state: readonly GraphState[]
  /** Names of message types. */
  readonly consumes: readonly string[]
  /** Names of message types. */
  readonly emits: readonly string[]
  readonly group: string
}

/** A message type. */
export interface PlanReportType {
  readonly name: string
  readonly reply: boolean
  readonly entry: boolean
  readonly encoding: 'json' | 'bytes'
}

/** An edge between two nodes. */
export interface PlanReportEdge {
  readonly from: string
  readonly to: string
  readonly type: string
  /** Null for an edge inside a group. */
  readonly hop: PlanReportHop | null
}

/** How an edge crosses two groups. */
export interface PlanReportHop {
  /** Its place among the hops, from 0. */
  readonly id: number
  readonly from: string
  readonly to: string
  readonly choose: Hop['choose']
}

/** The plan in the form that `millrace plan --json` prints; keys come in the order of the interfaces. */
export function planJson(plan: Plan): PlanReport {
  const { graph, groups } = plan
  const typeNames = (indices: readonly number[]) => indices.map((index) => nameAt(graph.types, index))
  return {
    profile: plan.profile,
    hash: plan.hash,
    groups: groups.map((group) => groupReport(plan, group)),
    nodes: graph.nodes.map((node, index) => ({
      name: node.name,
      kind: node.kind,
      stage: node.stage ?? null,
      tags: node.tags,
      runner: node.runner,
      ordered: node.ordered,
      state: node.state.map(({ name, volatile, scope }) => ({ name, volatile, scope })),
      consumes: typeNames(node.consumes),
      emits: typeNames(node.emits),
      group: nameAt(groups, plan.groupOf[index]),
    })),
    types: graph.types.map(({ name, reply, entry, encoding }) => ({ name, reply, entry, encoding })),
    edges: edgeReports(plan),
  }
}

function groupReport({ graph }: Plan, group: PlanGroup): PlanReportGroup {
  const { name, slots, partitionBy = null, partitions, redeliver } = group
  return {
    name,
    slots,
    partitionBy,
    partitions,
    redeliver,
    nodes: group.nodes.map((node) => nameAt(graph.nodes, node)),
  }
}

function edgeReports(plan: Plan): readonly PlanReportEdge[] {
  const { graph, hops } = plan
  const hopOf = new Map(hops.map((hop, id) => [hop.edge, hopReport(plan, hop, id)]))
  return graph.edges.map((edge: GraphEdge, index) => ({
    from: nameAt(graph.nodes, edge.from),
    to: nameAt(graph.nodes, edge.to),
    type: nameAt(graph.types, edge.type),
    hop: hopOf.get(index) ?? null,
  }))
}

function hopReport({ groups }: Plan, { fromGroup, toGroup, choose }: Hop, id: number): PlanReportHop {
  return { id, from: nameAt(groups, fromGroup), to: nameAt(groups, toGroup), choose }
}

function nameAt(list: readonly { readonly name: string }[], index: number | undefined): string {
  const name = index === undefined ? undefined : list[index]?.name
  if (name === undefined) throw new RangeError(`The plan speaks of number ${index} in a list of ${list.length}`)
  return name
}
