import { spawnSync } from 'node:child_process'

/** What `describe` of a test runner looks like. */
export interface Describe {
  (title: string, body: () => void): void
  readonly skip: (title: string, body: () => void) => void
}

/**
 * The `describe` for tests that need a program of the operating system. On a machine without it they are left out, and one line on
 * standard error says so; where CI is set they fail.
 */
export function programTests(program: string, describe: Describe): (title: string, body: () => void) => void {
  const isThere = spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined
  if (isThere || process.env.CI !== undefined) return describe
  process.stderr.write(`NOT TESTED: ${program} is not installed, so what needs it is left out\n`)
  return describe.skip
}
