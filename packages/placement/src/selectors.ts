import type { ConfigPath, GroupSettings } from '@millrace/contracts'
import type { Selectable } from './placement-input.js'

/** One way in which a group can select nodes. */
export interface SelectorKind {
  /** What the selector looks at. */
  readonly word: 'name' | 'stage' | 'tag' | 'runner'
  /** The key of a process group that holds such selectors. */
  readonly key: 'nodes' | 'stages' | 'tags' | 'runners'
  /** The values of a node that a selector of this kind can match. */
  readonly labelsOf: (node: Selectable) => readonly string[]
}

/** The four kinds of selector; each beats those after it. */
export const selectorKinds: readonly SelectorKind[] = [
  { word: 'name', key: 'nodes', labelsOf: (node) => [node.name] },
  { word: 'stage', key: 'stages', labelsOf: (node) => (node.stage === undefined ? [] : [node.stage]) },
  { word: 'tag', key: 'tags', labelsOf: (node) => node.tags },
  { word: 'runner', key: 'runners', labelsOf: (node) => [node.runner] },
]

/** The groups that claim a node, by the strongest kind of selector that any group has for it. */
export interface Claim {
  readonly kind: SelectorKind
  /** Indices of groups, ascending; several are a conflict. */
  readonly groups: readonly number[]
}

/** Prepares the selectors of all groups; the result tells who claims a node, undefined when nobody does. */
export function compileSelectors(groups: readonly GroupSettings[]): (node: Selectable) => Claim | undefined {
  const indexes = selectorKinds.map((kind) => ({ kind, groupsFor: indexOf(kind, groups) }))
  return (node) => {
    for (const { kind, groupsFor } of indexes) {
      const claiming = new Set(kind.labelsOf(node).flatMap((label) => groupsFor.get(label) ?? []))
      if (claiming.size > 0) return { kind, groups: [...claiming].sort((first, second) => first - second) }
    }
    return undefined
  }
}

/** Where a group, or one of its keys, stands in the configuration. */
export function groupPath(group: number, ...rest: ConfigPath): ConfigPath {
  return ['runtime', 'platform', 'process_groups', group, ...rest]
}

function indexOf(kind: SelectorKind, groups: readonly GroupSettings[]): ReadonlyMap<string, readonly number[]> {
  const index = new Map<string, number[]>()
  groups.forEach((group, number) => {
    for (const label of group[kind.key]) {
      const claiming = index.get(label)
      if (claiming === undefined) index.set(label, [number])
      else claiming.push(number)
    }
  })
  return index
}
