import { type Program, runProgram as runProgramOf } from '@millrace/link-tests'

/** Starts a fixture of this package from its source. */
export function runProgram(fixture: string, ...args: readonly string[]): Program {
  return runProgramOf(new URL('fixtures/', import.meta.url), fixture, ...args)
}
