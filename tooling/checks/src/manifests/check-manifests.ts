import type { Report } from '../finding.js'
import { publishedPackages, type Workspace } from '../workspace.js'
import { checkDecisions } from './check-decisions.js'
import { checkDependencies } from './check-dependencies.js'
import { checkPublished, checkVersions } from './check-published.js'
import { checkTraces, type Trace } from './check-traces.js'

/**
 * Checks what a manifest promises to the registry, that every dependency is pinned and justified, and that no file
 * carries a trace of the machine it was written on.
 */
export function checkManifests(workspace: Workspace, files: readonly string[], traces: readonly Trace[]): Report {
  const published = publishedPackages(workspace)
  return {
    findings: [
      ...published.flatMap((pkg) => checkPublished(workspace.root, pkg)),
      ...checkVersions(published),
      ...checkDependencies(workspace),
      ...checkDecisions(workspace),
      ...checkTraces(workspace.root, files, traces),
    ],
    looked: `${workspace.packages.length} manifests, ${files.length} files`,
  }
}
