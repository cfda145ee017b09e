import type { GroupSettings, Plan } from '@millrace/contracts'
import { compilePlan } from '@millrace/placement'
import { chanceOf, type RandomCase } from './random-graph.js'

/**
 * Puts the nodes of a random graph into one to four random groups, of one to three slots where nothing ordered is among them.
 *
 * @param isPartitioned whether ordered nodes are in several slots too, by the key of their messages
 */
export function randomPlan({ graph }: RandomCase, seed: number, isPartitioned = false): Plan {
  const chance = chanceOf(seed * 17 + 3)
  const count = 1 + chance.pick(4)
  const members: string[][] = Array.from({ length: count }, () => [])
  const single = members.map(() => false)
  const byKey = members.map(() => false)
  graph.nodes.forEach((node, index) => {
    const group = chance.pick(count)
    members[group]?.push(node.name)
    if (isPartitioned && node.ordered && node.kind === 'handler') byKey[group] = true
    else if (node.ordered || index === 0) single[group] = true
  })
  const groups = members.map((nodes, index) => {
    const group = groupOf(`g${index}`, nodes, single[index] === true ? 1 : 1 + chance.pick(3))
    return byKey[index] === true && group.workers > 1 ? { ...group, partitionBy: 'key', partitions: 3 } : group
  })
  return compilePlan({
    graph,
    inactive: [],
    profile: 'tcp_local',
    groups: groups.filter(({ nodes }) => nodes.length > 0),
    stateBackend: 'memory',
    groupReferences: [],
  })
}

function groupOf(name: string, nodes: readonly string[], workers: number): GroupSettings {
  return {
    name,
    nodes,
    stages: [],
    tags: [],
    runners: [],
    workers,
    partitionBy: undefined,
    partitions: 1,
    redeliver: 100,
    restartPolicy: 'never',
  }
}
