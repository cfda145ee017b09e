import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from '../finding.js'
import type { WorkspacePackage } from '../workspace.js'
import { exportsProblems } from './exports-problems.js'

const repositoryUrl = 'git+https://github.com/millrace/millrace.git'

/** Checks the manifest of one published package. */
export function checkPublished(root: string, { manifest, folder, name }: WorkspacePackage): readonly Finding[] {
  const wants = (fits: boolean, problem: string): readonly string[] => (fits ? [] : [problem])
  const problems = [
    ...wants(
      name === `@millrace/${folder.split('/')[1]}`,
      `name must be the folder's: @millrace/${folder.split('/')[1]}`,
    ),
    ...wants(manifest.license === 'Apache-2.0', 'license must be Apache-2.0'),
    ...wants(manifest.type === 'module', 'type must be module'),
    ...wants(manifest.engines?.node === '>=20.19', 'engines.node must be >=20.19'),
    ...wants(manifest.sideEffects === false, 'sideEffects must be false'),
    ...wants((manifest.description ?? '').length >= 20, 'description must say what the package is for'),
    ...wants(manifest.repository?.type === 'git', 'repository.type must be git'),
    ...wants(manifest.repository?.url === repositoryUrl, `repository.url must be ${repositoryUrl}`),
    ...wants(manifest.repository?.directory === folder, `repository.directory must be ${folder}`),
    ...wants(manifest.publishConfig?.access === 'public', 'publishConfig.access must be public'),
    ...wants(manifest.files?.includes('dist') === true, 'files must include dist'),
    ...wants(existsSync(join(root, folder, 'README.md')), 'README.md is missing'),
    ...exportsProblems(manifest, (path) => existsSync(join(root, folder, path))),
  ]
  return problems.map((problem) => ({ file: `${folder}/package.json`, problem }))
}

/** Checks that all published packages have one version. */
export function checkVersions(published: readonly WorkspacePackage[]): readonly Finding[] {
  const expected = published[0]?.manifest.version
  return published
    .filter((pkg) => pkg.manifest.version !== expected)
    .map((pkg) => ({
      file: `${pkg.folder}/package.json`,
      problem: `version is ${pkg.manifest.version}, but ${published[0]?.name} has ${expected}; all have one version`,
    }))
}
