import { fileURLToPath } from 'node:url'
import type { ReferenceProfile, Scenario } from './scenarios.js'

/** The configuration of a scenario in a profile: the base and its overlay. */
export function configFiles(scenario: Scenario, profile: ReferenceProfile): readonly string[] {
  return [`${scenario}.yml`, `profile.${profile}.yml`].map((name) =>
    fileURLToPath(new URL(`../config/${name}`, import.meta.url)),
  )
}
