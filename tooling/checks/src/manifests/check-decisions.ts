import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from '../finding.js'
import type { Workspace } from '../workspace.js'
import { externalNames } from './check-dependencies.js'

const folder = 'docs/decisions'

/** Checks that every dependency from outside is named, in code marks, by a line of the decisions. */
export function checkDecisions(workspace: Workspace): readonly Finding[] {
  const decisions = readDecisions(workspace.root)
  const manifests = [
    { file: 'package.json', manifest: workspace.rootManifest },
    ...workspace.packages.map((pkg) => ({ file: `${pkg.folder}/package.json`, manifest: pkg.manifest })),
  ]
  return manifests.flatMap(({ file, manifest }) =>
    externalNames(manifest)
      .filter((name) => !decisions.includes(`\`${name}\``))
      .map((name) => ({ file, problem: `no line in ${folder} says why \`${name}\` is needed` })),
  )
}

function readDecisions(root: string): string {
  const path = join(root, folder)
  if (!existsSync(path)) return ''
  return readdirSync(path)
    .filter((name) => name.endsWith('.md'))
    .map((name) => readFileSync(join(path, name), 'utf8'))
    .join('\n')
}
