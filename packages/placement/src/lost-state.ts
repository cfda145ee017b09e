import type { Finding, GraphNode, GroupSettings } from '@millrace/contracts'
import type { PlacementSettings } from './placement-input.js'
import { groupPath } from './selectors.js'

/** What is wrong with groups whose workers would be replaced although their state lives in the worker's memory. */
export function lostState(settings: PlacementSettings, groupOf: readonly number[]): readonly Finding[] {
  if (settings.profile === 'memory' || settings.stateBackend !== 'memory') return []
  const holders: string[][] = settings.groups.map(() => [])
  settings.graph.nodes.forEach((node, index) => {
    if (remembers(node)) holders[groupOf[index] ?? -1]?.push(`'${node.name}'`)
  })
  return settings.groups.flatMap((group, index) => {
    const nodes = holders[index] ?? []
    const reasons = replacements(group)
    return nodes.length === 0 || reasons.length === 0 ? [] : [lost(group, index, nodes, reasons)]
  })
}

function remembers(node: GraphNode): boolean {
  return node.state.some((state) => !state.volatile)
}

function replacements({ restartPolicy, redeliver }: GroupSettings): readonly string[] {
  return [
    ...(restartPolicy === 'never' ? [] : [`restart.policy: ${restartPolicy}`]),
    ...(redeliver === 0 ? [] : [`redeliver: ${redeliver}`]),
  ]
}

function lost(group: GroupSettings, index: number, nodes: readonly string[], reasons: readonly string[]): Finding {
  const who = `${nodes.length === 1 ? 'node' : 'nodes'} ${nodes.join(' and ')}`
  return {
    code: 'STATE_WOULD_BE_LOST',
    message: `group '${group.name}' keeps the state of ${who} in memory, and ${reasons.join(' and ')} would let a new worker go on with empty state; set restart.policy: never and redeliver: 0, or runtime.platform.kv.backend: redis`,
    path: group.restartPolicy === 'never' ? groupPath(index, 'redeliver') : groupPath(index, 'restart', 'policy'),
  }
}
