import type { GroupSettings, Plan, PlanGroup } from '@millrace/contracts'
import { findingsError } from '@millrace/contracts'
import { findHops } from './find-hops.js'
import { settlePlacement } from './placement-findings.js'
import { type PlacementInput, placementSettings } from './placement-input.js'
import { planHash } from './plan-hash.js'

/**
 * Compiles graph and groups into the plan that every worker shares. The same input gives the same plan, hash included.
 *
 * @throws MillraceError with everything that `placementFindings` finds: PLACEMENT_UNKNOWN_GROUP, PLACEMENT_UNKNOWN_NODE,
 * PLACEMENT_UNPLACED, PLACEMENT_CONFLICT, PLACEMENT_SHARED_STATE, STATE_WOULD_BE_LOST
 * @throws RangeError for groups that no configuration can hold
 */
export function compilePlan(input: PlacementInput): Plan {
  const settings = placementSettings(input)
  const { groupOf, findings } = settlePlacement(settings)
  if (findings.length > 0) throw findingsError('the placement', findings)
  const { profile, graph } = settings
  const groups = planGroups(settings.groups, groupOf)
  const plan = { profile, graph, groups, groupOf, hops: findHops(graph, groups, groupOf) }
  return { ...plan, hash: planHash(plan) }
}

function planGroups(groups: readonly GroupSettings[], groupOf: readonly number[]): readonly PlanGroup[] {
  const members: number[][] = groups.map(() => [])
  groupOf.forEach((group, node) => {
    members[group]?.push(node)
  })
  return groups.map(({ name, workers, partitionBy, partitions, redeliver }, index) => ({
    name,
    nodes: members[index] ?? [],
    slots: Array.from({ length: workers }, (_, place) => `${name}#${place + 1}`),
    partitionBy,
    partitions,
    redeliver,
  }))
}
