import type { Finding, Graph, GraphNode, GroupSettings } from '@millrace/contracts'
import { suggestion } from '@millrace/contracts'
import { unplaced } from './assign-groups.js'
import { isOrdered, orderedAhead } from './downstream.js'
import type { PlacementSettings } from './placement-input.js'
import { groupPath } from './selectors.js'

/** A node in a group that is split over several workers or partitions. */
interface SplitNode {
  readonly node: GraphNode
  readonly group: GroupSettings
  readonly groupIndex: number
}

/** What is wrong with nodes that cannot be in several workers at once, or only by partition. */
export function sharedState({ graph, groups }: PlacementSettings, groupOf: readonly number[]): readonly Finding[] {
  const orderedInGroup = orderedAhead(graph, ({ from, to }) => groupOf[from] === groupOf[to])
  return graph.nodes.flatMap((node, index) => {
    const groupIndex = groupOf[index] ?? unplaced
    const group = groups[groupIndex]
    if (group === undefined || !isSplit(group)) return []
    const split = { node, group, groupIndex }
    if (node.kind === 'source') return [readTwice(split)]
    if (node.kind === 'sink' && isOrdered(node) && group.workers > 1) return [writtenTwice(split)]
    const ahead = graph.nodes[orderedInGroup[index] ?? -1]
    if (ahead === undefined) return []
    if (group.partitionBy !== undefined) return partitionProblems(split, group.partitionBy, graph, ahead)
    return isOrdered(node) ? [needsOneOwner(split)] : []
  })
}

/** Whether a group's messages are divided between several owners. */
export function isSplit({ workers, partitions }: GroupSettings): boolean {
  return workers > 1 || partitions > 1
}

function readTwice({ node, group, groupIndex }: SplitNode): Finding {
  return {
    code: 'PLACEMENT_SHARED_STATE',
    message: `source '${node.name}' is in group '${group.name}' with ${extent(group)}, and each would read the whole input again; move it to a group with one worker`,
    path: groupPath(groupIndex, 'workers'),
  }
}

/** By partition too: each worker would open the same file, and what is in it would stand in no common order. */
function writtenTwice({ node, group, groupIndex }: SplitNode): Finding {
  return {
    code: 'PLACEMENT_SHARED_STATE',
    message: `sink '${node.name}' is in group '${group.name}' with ${extent(group)}, and each would open the same output and write a part of the messages; move it to a group with one worker`,
    path: groupPath(groupIndex, 'workers'),
  }
}

function needsOneOwner({ node, group, groupIndex }: SplitNode): Finding {
  return {
    code: 'PLACEMENT_SHARED_STATE',
    message: `${describe(node)} is in group '${group.name}' with ${extent(group)}, which would see its messages in no common order; set workers: 1, or partition_by to a payload field whose equal values belong together`,
    path: groupPath(groupIndex, 'workers'),
  }
}

function partitionProblems(split: SplitNode, partitionBy: string, graph: Graph, ahead: GraphNode): readonly Finding[] {
  return [...globalStates(split, partitionBy), ...missingFields(split, partitionBy, graph, ahead)]
}

function globalStates({ node, group, groupIndex }: SplitNode, partitionBy: string): readonly Finding[] {
  return node.state
    .filter((state) => state.scope === 'global')
    .map((state) => ({
      code: 'PLACEMENT_SHARED_STATE',
      message: `state '${state.name}' of node '${node.name}' is global, but group '${group.name}' splits it by '${partitionBy}' over ${extent(group)}; set workers: 1, or move the node to a group with one worker`,
      path: groupPath(groupIndex, 'partition_by'),
    }))
}

/** What leads to an ordered node inside its group needs the field as well: the way to the right worker is chosen before it. */
function missingFields(
  { node, group, groupIndex }: SplitNode,
  partitionBy: string,
  graph: Graph,
  ahead: GraphNode,
): readonly Finding[] {
  const why = ahead === node ? describe(node) : `node '${node.name}' (on the way to ${describe(ahead)})`
  return node.consumes.flatMap((index) => {
    const type = graph.types[index]
    if (type === undefined || type.fields.includes(partitionBy)) return []
    return [
      {
        code: 'PLACEMENT_SHARED_STATE' as const,
        message: `group '${group.name}' is partitioned by '${partitionBy}', but message type '${type.name}', which ${why} consumes, has no such top-level field; ${suggestion(partitionBy, type.fields)}`,
        path: groupPath(groupIndex, 'partition_by'),
      },
    ]
  })
}

function describe(node: GraphNode): string {
  if (node.kind === 'sink') return `sink '${node.name}'`
  return node.state.length > 0 ? `node '${node.name}' with state` : `ordered node '${node.name}'`
}

function extent({ workers, partitions }: GroupSettings): string {
  return workers > 1 ? `${workers} workers` : `${partitions} partitions`
}
