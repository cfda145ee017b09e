import { spawnSync } from 'node:child_process'

/** What `describe` of a test runner looks like. */
interface Describe {
  (title: string, body: () => void): void
  readonly skip: (title: string, body: () => void) => void
}

/**
 * The `describe` for tests that need a Redis server. On a machine without one they are left out, and one line on standard error
 * says so; where CI is set they fail.
 */
export function redisTests(describe: Describe): (title: string, body: () => void) => void {
  const isThere = spawnSync('redis-server', ['--version']).status === 0
  if (isThere || process.env.CI !== undefined) return describe
  process.stderr.write('NOT TESTED: redis-server is not installed, so what needs a Redis server is left out\n')
  return describe.skip
}
