import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type RunOptions, runProgram } from './run-program.js'

export interface CopySettings {
  readonly root: string
  /** An empty folder for the copy, absolute. */
  readonly copy: string
  /** For installing the copy: packages come from where they always come from. */
  readonly installEnv: NodeJS.ProcessEnv
  /** For publishing: the registry of the proof. */
  readonly publishEnv: NodeJS.ProcessEnv
  readonly step: (text: string) => void
}

/** Versions, builds and publishes all packages from a copy of the repository, so that the checkout stays as it is. */
export async function publishCopy({ root, copy, installEnv, publishEnv, step }: CopySettings): Promise<void> {
  const inCopy: RunOptions = { cwd: copy, env: installEnv }
  step('copy the repository')
  await copyRepository(root, copy, installEnv)
  step('install the copy')
  await runProgram('pnpm', ['install', '--frozen-lockfile', '--prefer-offline'], inCopy)
  step('bump the versions (changeset version)')
  await runProgram('pnpm', ['exec', 'changeset', 'version'], inCopy)
  step('build')
  await runProgram('pnpm', ['run', 'build', '--filter=./packages/*'], inCopy)
  step('publish (changeset publish)')
  await runProgram('pnpm', ['exec', 'changeset', 'publish', '--no-git-tag'], { cwd: copy, env: publishEnv })
}

async function copyRepository(root: string, copy: string, env: NodeJS.ProcessEnv): Promise<void> {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '-z']
  const files = (await runProgram('git', list, { cwd: root, env })).split('\0').filter((file) => file !== '')
  for (const file of files) {
    mkdirSync(dirname(join(copy, file)), { recursive: true })
    copyFileSync(join(root, file), join(copy, file))
  }
  // Changesets looks for the commit of each change, and pnpm for the branch.
  const inCopy: RunOptions = { cwd: copy, env }
  const author = ['-c', 'user.name=proof', '-c', 'user.email=proof@localhost', '-c', 'commit.gpgsign=false']
  await runProgram('git', ['init', '--quiet', '--initial-branch=main'], inCopy)
  await runProgram('git', ['add', '--all'], inCopy)
  await runProgram('git', [...author, 'commit', '--quiet', '--no-verify', '--message=proof'], inCopy)
}
