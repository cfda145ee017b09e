import type { ConfigPath, Graph, GroupSettings, Profile, RunnerKind } from '@millrace/contracts'

/** What selectors look at. */
export interface Selectable {
  readonly name: string
  readonly stage: string | undefined
  readonly tags: readonly string[]
  readonly runner: RunnerKind
}

/** A key of the configuration, other than `process_groups`, that names a group. */
export interface GroupReference {
  readonly group: string
  readonly path: ConfigPath
}

/** What a plan is compiled from. */
export interface PlacementInput {
  readonly graph: Graph
  readonly profile: Profile
  /** In the order of the configuration, with different names. In the memory profile none are needed. */
  readonly groups: readonly GroupSettings[]
  /** Where state lives. @default 'memory' */
  readonly stateBackend?: 'memory' | 'redis'
  /** Sources and sinks that this configuration does not activate; selectors may still speak of them. @default [] */
  readonly inactive?: readonly Selectable[]
  /** Groups that other keys name, such as `runtime.web.group`; checked where there are groups. @default [] */
  readonly groupReferences?: readonly GroupReference[]
}

/** The same, complete: what every check reads. */
export type PlacementSettings = Required<PlacementInput>

/**
 * Fills in the defaults, and the one group `app` where the memory profile has no groups.
 *
 * @throws RangeError for groups that no configuration can hold: two of a name, or a number of workers or partitions that is
 * not a whole number of at least 1
 */
export function placementSettings(input: PlacementInput): PlacementSettings {
  checkGroups(input.groups)
  const implicit = input.groups.length === 0 && input.profile === 'memory'
  return {
    ...input,
    groups: implicit ? [everythingIn(input.graph)] : input.groups,
    stateBackend: input.stateBackend ?? 'memory',
    inactive: input.inactive ?? [],
    groupReferences: implicit ? [] : (input.groupReferences ?? []),
  }
}

function everythingIn(graph: Graph): GroupSettings {
  return {
    name: 'app',
    nodes: graph.nodes.map((node) => node.name),
    stages: [],
    tags: [],
    runners: [],
    workers: 1,
    partitionBy: undefined,
    partitions: 1,
    redeliver: 0,
    restartPolicy: 'never',
  }
}

function checkGroups(groups: readonly GroupSettings[]): void {
  const names = new Set<string>()
  for (const { name, workers, partitions } of groups) {
    if (names.has(name)) throw new RangeError(`Two process groups are named '${name}'`)
    names.add(name)
    checkCount(name, 'workers', workers)
    checkCount(name, 'partitions', partitions)
  }
}

function checkCount(group: string, what: string, count: number): void {
  if (Number.isSafeInteger(count) && count > 0) return
  throw new RangeError(`Group '${group}' has ${count} ${what}; it must be a whole number of at least 1`)
}
