import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { casesPagePath, checkCases } from './cases/check-cases.js'
import { checkDocs } from './docs/check-docs.js'
import type { Report } from './finding.js'
import { checkFloors } from './floors/check-floors.js'
import { checkManifests } from './manifests/check-manifests.js'
import { commonTraces, localTraces } from './manifests/check-traces.js'
import { repositoryFiles } from './repository-files.js'
import { checkTypes } from './types/check-types.js'
import { readWorkspace } from './workspace.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')

const checks: Readonly<Record<string, (args: readonly string[]) => Report>> = {
  floors: () => checkFloors(readWorkspace(root)),
  manifests: () => {
    const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8', stdio: 'pipe' }).trim()
    const traces = [...commonTraces, ...localTraces({ root, home: homedir(), registry })]
    return checkManifests(readWorkspace(root), repositoryFiles(root), traces)
  },
  types: (folders) => checkTypes(root, repositoryFiles(root), folders),
  docs: () => checkDocs(readWorkspace(root), repositoryFiles(root)),
  cases: () => casesAgainstPage(),
  'write-cases': () => writeCases(),
}

function casesAgainstPage(): Report {
  const { findings, page, looked } = checkCases(root, repositoryFiles(root))
  const path = join(root, casesPagePath)
  const fresh = existsSync(path) && readFileSync(path, 'utf8') === page
  const stale = { file: casesPagePath, problem: 'is out of date; run: pnpm cases' }
  return { findings: fresh ? findings : [...findings, stale], looked }
}

function writeCases(): Report {
  const { findings, page, looked } = checkCases(root, repositoryFiles(root))
  writeFileSync(join(root, casesPagePath), page)
  return { findings, looked }
}

function main([name, ...args]: readonly string[]): number {
  const check = name === undefined ? undefined : checks[name]
  if (check === undefined) {
    console.error(`usage: checks ${Object.keys(checks).join(' | ')}`)
    return 2
  }
  const { findings, looked } = check(args)
  for (const { file, problem } of findings) console.error(`${file}: ${problem}`)
  console.log(`${name}: ${looked}, ${findings.length === 0 ? 'nothing found' : `${findings.length} findings`}`)
  return findings.length === 0 ? 0 : 1
}

process.exitCode = main(process.argv.slice(2))
