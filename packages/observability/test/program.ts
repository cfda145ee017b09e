import { spawnSync } from 'node:child_process'
import { describe } from '@jest/globals'

/**
 * `describe` for suites that run a program of the operating system: they are skipped where it is missing, and say so. In CI a missing
 * program is a failure.
 */
export function describeWith(program: string): typeof describe | typeof describe.skip {
  const missing = spawnSync(program, ['--version'], { stdio: 'ignore' }).error !== undefined
  if (!missing || process.env.CI) return describe
  console.warn(`SKIPPED: no ${program} is installed`)
  return describe.skip
}

/** What a program prints for an input, both its outputs together. @throws Error with what it printed, when it fails */
export function printed(program: string, args: readonly string[], input: string | Uint8Array): string {
  const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stdout}${stderr}`)
  return stdout + stderr
}
