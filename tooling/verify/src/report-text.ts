import type { Ending, Result, Stage } from './stage.js'

const marks: Readonly<Record<Ending, string>> = { passed: '✓', failed: '✗', skipped: '–' }

/** The line printed when a stage has ended. */
export function resultLine({ stage, ending, seconds }: Result): string {
  const note = ending === 'skipped' ? `needs ${stage.needs.join(', ')}` : stage.note?.()
  const columns = [`${marks[ending]} ${stage.name.padEnd(10)}`, `${seconds.toFixed(1).padStart(6)} s`]
  return [...columns, ...(note === undefined ? [] : [note])].join('  ')
}

/**
 * The table at the end of a run, and one last sentence.
 *
 * @param seconds how long the run took; stages that ran side by side take more in sum
 */
export function summary(results: readonly Result[], seconds: number): string {
  const failed = results.filter(({ ending }) => ending !== 'passed').map(({ stage }) => stage.name)
  const verdict = failed.length === 0 ? 'all stages passed' : `not passed: ${failed.join(', ')}`
  return [...results.map(resultLine), `${verdict} (${seconds.toFixed(0)} s)`].join('\n')
}

/** What `--help` prints. */
export function helpText(stages: readonly Stage[]): string {
  return [
    'pnpm verify [--only STAGE]… [--help]',
    '',
    'Runs every check of this repository. A stage that fails does not stop the others, unless they need it.',
    '',
    '  --only STAGE   run only this stage and what it needs; may be given several times',
    '',
    'Stages:',
    ...stages.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`),
    '',
    'ROUNDS=n sets how often property tests and repeated tests run; it is small by default.',
  ].join('\n')
}
