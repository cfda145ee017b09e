import { readTotals, totalsText } from './jest-totals.js'
import type { Command, Stage } from './stage.js'

export interface StageSettings {
  /** In CI the lockfile is frozen and nothing is taken from turbo's cache. */
  readonly ci: boolean
  /** Where jest leaves its report, absolute. */
  readonly jestJson: string
  /** The folder for the packed packages, absolute. */
  readonly tarballs: string
}

/**
 * The stages of `pnpm verify`, in the order in which they begin: what is quick comes first. The tests have the machine for
 * themselves, since they start processes and have deadlines.
 */
export function createStages({ ci, jestJson, tarballs }: StageSettings): readonly Stage[] {
  const check = (name: string): Command => ['tsx', 'tooling/checks/src/cli.ts', name]
  const packed = (tool: string): Command => ['tsx', 'tooling/verify/src/check-tarballs.ts', tool, tarballs]
  const stage = (name: string, about: string, command: Command, needs = ['install']): Stage => ({
    name,
    about,
    needs,
    commands: [command],
    cores: 'one',
  })
  const install: Command = ['pnpm', 'install', ...(ci ? ['--frozen-lockfile'] : [])]
  const build: Command = ['turbo', 'run', 'build', '--output-logs=errors-only', ...(ci ? ['--force'] : [])]
  return [
    stage('install', 'the dependencies match the lockfile', install, []),
    stage('lint', 'format and lint rules (biome)', ['biome', 'ci', '--colors=off', '.']),
    stage('floors', 'packages depend only on lower floors', check('floors')),
    stage('manifests', 'manifests are complete, dependencies pinned and justified', check('manifests')),
    stage('cases', 'docs/cases.md matches catalogue and tests', check('cases')),
    stage('knip', 'nothing is unused', ['knip', '--no-progress', '--no-config-hints']),
    { ...stage('build', 'every package builds (tsup)', build), cores: 'all' },
    stage('typecheck', 'the types of every file (TypeScript)', check('types')),
    stage('pack', 'every package packs', packed('pack'), ['build']),
    stage('publint', 'the tarballs are well formed', packed('publint'), ['pack']),
    stage('docs', 'examples compile, every export has a doc sentence', check('docs')),
    stage('attw', 'the types of the tarballs resolve', packed('attw'), ['pack']),
    {
      ...stage('tests', 'all tests, from source', ['pnpm', 'run', 'test', '--json', `--outputFile=${jestJson}`]),
      cores: 'all',
      note: () => {
        const totals = readTotals(jestJson)
        return totals && totalsText(totals)
      },
    },
  ]
}
