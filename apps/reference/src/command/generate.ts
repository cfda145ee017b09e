import { runProgram } from '../run-program.js'

/** Runs the generator with the given arguments; it writes where they say. @returns its exit code */
export function generate(args: readonly string[]): Promise<number> {
  return runProgram('generator', args, 'inherit')
}
