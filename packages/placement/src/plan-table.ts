import type { Plan } from '@millrace/contracts'
import { type PlanReport, type PlanReportNode, planJson } from './plan-json.js'
import { textTable } from './text-table.js'

/** The plan as text for a terminal: a line with profile and hash, then groups, nodes and edges, each as a table. */
export function planTable(plan: Plan): string {
  const report = planJson(plan)
  return [
    `profile ${report.profile}, plan ${report.hash.slice(0, 12)}`,
    section('Groups', groupTable(report)),
    section('Nodes', nodeTable(report)),
    section('Edges', edgeTable(report)),
  ].join('\n\n')
}

function section(title: string, table: string): string {
  return `${title}\n${table}`
}

function groupTable({ groups }: PlanReport): string {
  return textTable(
    ['group', 'slots', 'partitions', 'nodes'],
    groups.map(({ name, slots, partitionBy, partitions, nodes }) => [
      name,
      slotRange(slots),
      partitionBy === null ? '-' : `${partitions} by ${partitionBy}`,
      listed(nodes),
    ]),
  )
}

function slotRange(slots: readonly string[]): string {
  return slots.length > 4 ? `${slots[0]} … ${slots.at(-1)}` : slots.join(' ')
}

function nodeTable({ nodes }: PlanReport): string {
  return textTable(
    ['node', 'kind', 'stage', 'tags', 'runner', 'ordered', 'state', 'group'],
    nodes.map((node) => [
      node.name,
      node.kind,
      node.stage ?? '-',
      listed(node.tags),
      node.runner,
      node.ordered ? 'yes' : 'no',
      states(node),
      node.group,
    ]),
  )
}

function edgeTable({ edges }: PlanReport): string {
  return textTable(
    ['from', 'to', 'type', 'way'],
    edges.map(({ from, to, type, hop }) => [
      from,
      to,
      type,
      hop === null ? 'local' : `hop ${hop.id} ${hop.from}→${hop.to} (${hop.choose})`,
    ]),
  )
}

function states({ state }: PlanReportNode): string {
  return listed(
    state.map(({ name, volatile, scope }) => {
      const notes = [...(volatile ? ['volatile'] : []), ...(scope === 'global' ? ['global'] : [])]
      return notes.length === 0 ? name : `${name} (${notes.join(', ')})`
    }),
  )
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? '-' : names.join(', ')
}
