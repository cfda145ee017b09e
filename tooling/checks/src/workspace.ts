import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export type Dependencies = Readonly<Record<string, string>>

/** The fields of a package.json that the checks look at. A field may be absent or wrong: that is what they look for. */
export interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly private?: boolean
  readonly description?: string
  readonly license?: string
  readonly type?: string
  readonly sideEffects?: unknown
  readonly repository?: { readonly type?: string; readonly url?: string; readonly directory?: string }
  readonly engines?: { readonly node?: string }
  readonly exports?: unknown
  readonly publishConfig?: { readonly access?: string; readonly exports?: unknown }
  readonly files?: readonly string[]
  readonly dependencies?: Dependencies
  readonly devDependencies?: Dependencies
  readonly peerDependencies?: Dependencies
  readonly optionalDependencies?: Dependencies
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

const kinds = ['packages', 'apps', 'tooling'] as const
export type Kind = (typeof kinds)[number]

export interface WorkspacePackage {
  readonly name: string
  readonly kind: Kind
  /** Relative to the root of the workspace, with forward slashes: `packages/contracts`. */
  readonly folder: string
  readonly manifest: Manifest
}

export interface Workspace {
  readonly root: string
  readonly rootManifest: Manifest
  readonly packages: readonly WorkspacePackage[]
}

/** Reads the manifests of the workspace at `root`: those in packages/, apps/ and tooling/, in the order of their names. */
export function readWorkspace(root: string): Workspace {
  return {
    root,
    rootManifest: readManifest(join(root, 'package.json')),
    packages: kinds.flatMap((kind) => readKind(root, kind)),
  }
}

/** The packages that go to the registry. */
export function publishedPackages(workspace: Workspace): readonly WorkspacePackage[] {
  return workspace.packages.filter((pkg) => pkg.kind === 'packages' && pkg.manifest.private !== true)
}

function readKind(root: string, kind: Kind): readonly WorkspacePackage[] {
  const parent = join(root, kind)
  if (!existsSync(parent)) return []
  return readdirSync(parent)
    .sort()
    .filter((entry) => existsSync(join(parent, entry, 'package.json')))
    .map((entry) => {
      const manifest = readManifest(join(parent, entry, 'package.json'))
      return { name: manifest.name ?? '(no name)', kind, folder: `${kind}/${entry}`, manifest }
    })
}

function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest // every field is optional, and what a field holds is checked
}
