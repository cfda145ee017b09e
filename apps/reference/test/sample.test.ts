import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { createRuntime } from '@millrace/kernel'
import { temporaryFolder } from './temporary-folder.js'

const folder = temporaryFolder()
const inApp = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** Runs the graph in this process on the sample. @returns its output and report */
async function runSample(
  scenario: string,
  checks: { validate: 'entry' | 'every'; freeze: boolean; serialise: boolean },
) {
  const path = join(folder, `${scenario}.${checks.validate}.${checks.serialise}`)
  const runtime = await createRuntime({
    config: [inApp(`config/${scenario}.yml`), inApp('config/profile.memory.yml')],
    overlay: { adapters: { read: { path: inApp('data/sample.ndjson') }, write: { path } } },
    checks,
  })
  const { reports } = await runtime.run()
  return { output: readFileSync(path, 'utf8'), report: reports.write }
}

describe('the reference application on its sample', () => {
  it.each([
    ['baseline', 'as in production', { validate: 'entry', freeze: false, serialise: false }],
    [
      'baseline',
      'every payload validated, frozen and serialised',
      { validate: 'every', freeze: true, serialise: true },
    ],
    ['experiment', 'as in production', { validate: 'entry', freeze: false, serialise: false }],
    [
      'experiment',
      'every payload validated, frozen and serialised',
      { validate: 'every', freeze: true, serialise: true },
    ],
  ] as const)('%s, %s, equals the oracle byte for byte', async (scenario, _, checks) => {
    const { output } = await runSample(scenario, checks)
    expect(output).toBe(readFileSync(inApp(`data/sample.${scenario}.expected.ndjson`), 'utf8'))
  })

  it('reports what became of the lines', async () => {
    const { output, report } = await runSample('experiment', { validate: 'entry', freeze: false, serialise: false })
    const accepted = output.split('\n').filter((line) => line.endsWith('true}')).length
    expect(report).toMatchObject({ lines: output.split('\n').length - 1, accepted })
  })
})
