import type { Finding, Report } from '../finding.js'
import type { Workspace, WorkspacePackage } from '../workspace.js'
import { checkImports } from './check-imports.js'
import { adapterFloor, builtInAdapter, conformancePackage, floorOf } from './floor-table.js'

const fields = ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies'] as const
type Field = (typeof fields)[number]

interface Edge {
  readonly from: WorkspacePackage
  readonly fromFloor: number
  readonly to: string
  readonly field: Field
}

/** Checks that every package depends only on lower floors, and imports only what its manifest names. */
export function checkFloors(workspace: Workspace): Report {
  const housed = workspace.packages.filter((pkg) => pkg.kind !== 'tooling')
  return {
    findings: housed.flatMap((pkg) => [...checkPackage(pkg), ...checkImports(workspace, pkg)]),
    looked: `${housed.length} packages`,
  }
}

function checkPackage(pkg: WorkspacePackage): readonly Finding[] {
  const file = `${pkg.folder}/package.json`
  const fromFloor = floorOf(pkg.name)
  if (fromFloor === undefined) return [{ file, problem: `${pkg.name} stands on no floor; add it to the floor table` }]
  return fields
    .flatMap((field) => internalNames(pkg, field).map((to): Edge => ({ from: pkg, fromFloor, to, field })))
    .flatMap((edge) => problemOf(edge) ?? [])
    .map((problem) => ({ file, problem }))
}

function internalNames(pkg: WorkspacePackage, field: Field): readonly string[] {
  return Object.keys(pkg.manifest[field] ?? {}).filter((name) => name.startsWith('@millrace/'))
}

function problemOf({ from, fromFloor, to, field }: Edge): string | undefined {
  const toFloor = floorOf(to)
  if (toFloor === undefined) return `${field}: ${to} stands on no floor, so ${from.name} may not depend on it`
  if (to === conformancePackage) {
    return field === 'devDependencies' ? undefined : `${field}: ${to} is for tests; move it to devDependencies`
  }
  if (toFloor >= fromFloor) {
    return `${field}: ${from.name} (floor ${fromFloor}) may not depend on ${to} (floor ${toFloor}); only on lower floors`
  }
  if (from.name !== '@millrace/kernel' || toFloor !== adapterFloor || to === builtInAdapter) return undefined
  return kernelProblem(from, to, field)
}

/** Users install only the adapters they configure, so the kernel names them as optional peers and nothing else. */
function kernelProblem(from: WorkspacePackage, to: string, field: Field): string | undefined {
  if (field === 'devDependencies') return undefined
  const optional = from.manifest.peerDependenciesMeta?.[to]?.optional === true
  return field === 'peerDependencies' && optional
    ? undefined
    : `${field}: ${to} is an adapter; ${from.name} may have it only as an optional peer (peerDependenciesMeta)`
}
