import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Finding } from '../finding.js'
import type { Dependencies, Manifest, Workspace } from '../workspace.js'

const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/
const pinnedFields = ['dependencies', 'devDependencies', 'optionalDependencies'] as const

/** Checks that every dependency is pinned, and that the whole workspace uses one version of each. */
export function checkDependencies(workspace: Workspace): readonly Finding[] {
  const catalog = readCatalog(workspace.root)
  const manifests = [
    { file: 'package.json', manifest: workspace.rootManifest },
    ...workspace.packages.map((pkg) => ({ file: `${pkg.folder}/package.json`, manifest: pkg.manifest })),
  ]
  const pinned = Object.entries(catalog).flatMap(([name, version]) =>
    exact.test(version)
      ? []
      : [{ file: 'pnpm-workspace.yaml', problem: `catalog: ${name} must be exact, not ${version}` }],
  )
  return [
    ...pinned,
    ...manifests.flatMap(({ file, manifest }) => problems(manifest, catalog).map((problem) => ({ file, problem }))),
  ]
}

/** The dependencies of a manifest that come from outside, whatever field they stand in. */
export function externalNames(manifest: Manifest): readonly string[] {
  return [...pinnedFields, 'peerDependencies' as const]
    .flatMap((field) => Object.keys(manifest[field] ?? {}))
    .filter((name) => !isInternal(name))
}

function problems(manifest: Manifest, catalog: Dependencies): readonly string[] {
  return [
    ...pinnedFields.flatMap((field) =>
      Object.entries(manifest[field] ?? {}).flatMap(([name, spec]) => problemOf(field, name, spec, catalog) ?? []),
    ),
    ...Object.entries(manifest.peerDependencies ?? {}).flatMap(([name, spec]) =>
      isInternal(name) && spec !== 'workspace:*' ? [`peerDependencies: ${name} must be workspace:*`] : [],
    ),
  ]
}

function problemOf(field: string, name: string, spec: string, catalog: Dependencies): string | undefined {
  if (isInternal(name)) return spec === 'workspace:*' ? undefined : `${field}: ${name} must be workspace:*, not ${spec}`
  const inCatalog = catalog[name]
  if (spec === 'catalog:') return inCatalog === undefined ? `${field}: ${name} is not in the catalog` : undefined
  if (!exact.test(spec)) return `${field}: ${name} must be catalog: or an exact version, not ${spec}`
  return inCatalog === undefined || inCatalog === spec
    ? undefined
    : `${field}: ${name} is ${spec} here and ${inCatalog} in the catalog; use catalog:`
}

function isInternal(name: string): boolean {
  return name.startsWith('@millrace/')
}

function readCatalog(root: string): Dependencies {
  const text = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
  const file = parse(text) as { readonly catalog?: Dependencies } // pnpm has validated it before any check can run
  return file.catalog ?? {}
}
