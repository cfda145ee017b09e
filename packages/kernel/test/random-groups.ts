import type { Part } from '@millrace/contracts'
import type { Chance } from './random-graph.js'
import type { Groups } from './run-shares.js'

/** Puts nodes into some groups, of one worker where a node is ordered. */
export function randomGroups(nodes: readonly Part[], chance: Chance, redeliver: number): Groups {
  const groups: Record<string, { nodes: string[]; workers: number; redeliver: number }> = {}
  for (const { name } of nodes) {
    const group = `group${chance.pick(3)}`
    groups[group] ??= { nodes: [], workers: 1 + chance.pick(3), redeliver }
    groups[group].nodes.push(name)
  }
  const ordered = nodes.flatMap((node) => (node.kind === 'node' && node.ordered ? [node.name] : []))
  for (const group of Object.values(groups)) if (group.nodes.some((name) => ordered.includes(name))) group.workers = 1
  return groups
}
