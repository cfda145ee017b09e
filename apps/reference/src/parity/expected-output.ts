import { MillraceError } from '@millrace/contracts'
import { runProgram } from '../run-program.js'
import type { Scenario } from '../scenarios.js'

/**
 * Writes what a run must write, by the oracle: a program of its own that shares no code with the nodes.
 *
 * @throws MillraceError NODE_FAILED when the oracle does not end well; it has said why on standard error
 */
export async function writeExpected(scenario: Scenario, input: string, output: string): Promise<void> {
  const args = ['--scenario', scenario, '--input', input, '--output', output]
  const code = await runProgram('oracle', args, ['ignore', 'ignore', 'inherit'])
  if (code !== 0) throw new MillraceError('NODE_FAILED', `the oracle ended with exit code ${code} on ${input}`)
}
