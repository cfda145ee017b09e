import type { Finding } from '@millrace/contracts'
import { type Assignment, assignGroups } from './assign-groups.js'
import { lostState } from './lost-state.js'
import { type PlacementInput, type PlacementSettings, placementSettings } from './placement-input.js'
import { sharedState } from './shared-state.js'
import { unknownNames } from './unknown-names.js'

/**
 * Everything that is wrong with a placement, all at once: unknown names first, then nodes without a group or with two, then
 * nodes that their group cannot hold. None means that `compilePlan` succeeds.
 *
 * @throws RangeError for groups that no configuration can hold
 */
export function placementFindings(input: PlacementInput): readonly Finding[] {
  return settlePlacement(placementSettings(input)).findings
}

/** Assigns the nodes and checks everything. */
export function settlePlacement(settings: PlacementSettings): Assignment {
  const { groupOf, findings } = assignGroups(settings)
  return {
    groupOf,
    findings: [
      ...unknownNames(settings),
      ...findings,
      ...sharedState(settings, groupOf),
      ...lostState(settings, groupOf),
    ],
  }
}
