import type { Finding, GroupSettings } from '@millrace/contracts'
import { suggestion } from '@millrace/contracts'
import type { PlacementSettings, Selectable } from './placement-input.js'
import { groupPath, type SelectorKind, selectorKinds } from './selectors.js'

/** What is wrong with selectors and keys that speak of nodes, stages, tags, runners or groups that do not exist. */
export function unknownNames(settings: PlacementSettings): readonly Finding[] {
  return [...unknownGroups(settings), ...selectorKinds.flatMap((kind) => unknownLabels(kind, settings))]
}

function unknownGroups({ groups, groupReferences }: PlacementSettings): readonly Finding[] {
  const names = groups.map((group) => group.name)
  return groupReferences
    .filter(({ group }) => !names.includes(group))
    .map(({ group, path }) => ({
      code: 'PLACEMENT_UNKNOWN_GROUP',
      message: `${path.join('.')} names group '${group}', which runtime.platform.process_groups does not define; ${suggestion(group, names)}`,
      path,
    }))
}

function unknownLabels(kind: SelectorKind, settings: PlacementSettings): readonly Finding[] {
  const known = knownLabels(kind, [...settings.graph.nodes, ...settings.inactive])
  const listed = [...known]
  return settings.groups.flatMap((group, number) =>
    group[kind.key].flatMap((label, index) =>
      known.has(label) ? [] : [unknownLabel(kind, group, label, listed, groupPath(number, kind.key, index))],
    ),
  )
}

/** A group for `cpu` may stay empty: the word is known, whether a node carries it or not. */
function knownLabels(kind: SelectorKind, nodes: readonly Selectable[]): ReadonlySet<string> {
  return new Set(kind.word === 'runner' ? ['cpu', 'io'] : nodes.flatMap(kind.labelsOf))
}

function unknownLabel(
  kind: SelectorKind,
  group: GroupSettings,
  label: string,
  known: readonly string[],
  path: NonNullable<Finding['path']>,
): Finding {
  const what =
    kind.word === 'name'
      ? `node '${label}', which the graph does not have`
      : `${kind.word} '${label}', which no node has`
  return {
    code: 'PLACEMENT_UNKNOWN_NODE',
    message: `group '${group.name}' selects ${what}; ${suggestion(label, known)}`,
    path,
  }
}
