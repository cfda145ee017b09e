import type { Finding, GraphNode, GroupSettings } from '@millrace/contracts'
import type { PlacementSettings } from './placement-input.js'
import { type Claim, compileSelectors, groupPath, selectorKinds } from './selectors.js'

/** Stands for the group of a node that no group, or more than one, claims. */
export const unplaced = -1

/** Which group each node goes to, and what is wrong with those that go to none. */
export interface Assignment {
  /** By node index; {@link unplaced} where a finding says why. */
  readonly groupOf: readonly number[]
  readonly findings: readonly Finding[]
}

/** Gives each node to the one group that claims it by the strongest selector. */
export function assignGroups({ graph, groups, profile }: PlacementSettings): Assignment {
  if (groups.length === 0) return { groupOf: graph.nodes.map(() => unplaced), findings: [noGroups(profile)] }
  const claimOf = compileSelectors(groups)
  const findings: Finding[] = []
  const groupOf = graph.nodes.map((node) => {
    const claim = claimOf(node)
    const [only, other] = claim?.groups ?? []
    if (only !== undefined && other === undefined) return only
    findings.push(claim === undefined ? nobody(node) : conflict(node, claim, groups))
    return unplaced
  })
  return { groupOf, findings }
}

function noGroups(profile: string): Finding {
  return {
    code: 'PLACEMENT_UNPLACED',
    message: `no node has a process to run in: the profile ${profile} runs nodes in process groups, and runtime.platform.process_groups defines none; define one for all nodes with {name: app, runners: [cpu, io]}`,
    path: ['runtime', 'platform', 'process_groups'],
  }
}

function nobody(node: GraphNode): Finding {
  const ways = selectorKinds.flatMap(({ key, labelsOf }) => {
    const labels = labelsOf(node)
    return labels.length === 0 ? [] : [`${key}: [${labels.join(', ')}]`]
  })
  return {
    code: 'PLACEMENT_UNPLACED',
    message: `no process group selects node '${node.name}'; one of these in a group would: ${ways.join('; ')}`,
    path: ['runtime', 'platform', 'process_groups'],
  }
}

function conflict(node: GraphNode, { kind, groups: claiming }: Claim, groups: readonly GroupSettings[]): Finding {
  const names = claiming.map((group) => `'${groups[group]?.name}'`).join(' and ')
  const remedy =
    kind.word === 'name'
      ? 'name it in one group only'
      : `add it by name to the one that shall have it, nodes: [${node.name}]`
  return {
    code: 'PLACEMENT_CONFLICT',
    message: `groups ${names} both claim node '${node.name}' by ${kind.word}; ${remedy}`,
    path: groupPath(claiming.at(-1) ?? 0, kind.key),
  }
}
