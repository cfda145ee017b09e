import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, posix } from 'node:path'
import ts from 'typescript'
import type { Finding } from '../finding.js'
import { isTestFile, sourceFiles } from '../source-files.js'
import type { Workspace, WorkspacePackage } from '../workspace.js'

/** Checks that each import of a package is covered by its manifest, and that no relative import leaves its folder. */
export function checkImports(workspace: Workspace, pkg: WorkspacePackage): readonly Finding[] {
  const forSource = new Set([pkg.name, ...runtimeNames(pkg)])
  const forTests = new Set([
    ...forSource,
    ...devNames(pkg),
    ...Object.keys(workspace.rootManifest.devDependencies ?? {}),
  ])
  return sourceFiles(workspace.root, pkg.folder)
    .filter((file) => !file.endsWith('.config.ts'))
    .flatMap((file) => {
      const allowed = isTestFile(file) ? forTests : forSource
      return importsOf(workspace.root, file)
        .flatMap((specifier) => problemOf(pkg, file, specifier, allowed) ?? [])
        .map((problem) => ({ file, problem }))
    })
}

function runtimeNames({ manifest }: WorkspacePackage): readonly string[] {
  return [manifest.dependencies, manifest.optionalDependencies, manifest.peerDependencies].flatMap((names) =>
    Object.keys(names ?? {}),
  )
}

function devNames({ manifest }: WorkspacePackage): readonly string[] {
  return Object.keys(manifest.devDependencies ?? {})
}

function importsOf(root: string, file: string): readonly string[] {
  const found = ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true)
  return [...new Set(found.importedFiles.map((imported) => imported.fileName))]
}

function problemOf(
  pkg: WorkspacePackage,
  file: string,
  specifier: string,
  allowed: ReadonlySet<string>,
): string | undefined {
  if (specifier.startsWith('.')) {
    const target = posix.join(dirname(file), specifier)
    return target.startsWith(`${pkg.folder}/`) ? undefined : `imports ${specifier}, which is outside of ${pkg.folder}`
  }
  if (isBuiltin(specifier)) return undefined
  const name = packageName(specifier)
  return allowed.has(name) ? undefined : `imports ${name}, which ${pkg.folder}/package.json does not name`
}

function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}
