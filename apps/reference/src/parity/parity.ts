import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TallyReport } from '../egress/tally.js'
import { type Scenario, scenarios } from '../scenarios.js'
import { type Comparison, compareFiles } from './compare-files.js'
import { writeExpected } from './expected-output.js'
import { runVariant } from './run-variant.js'
import { type Variant, variants } from './variants.js'

/** What one variant made of one scenario. */
export interface ParityRow {
  readonly scenario: Scenario
  readonly variant: string
  readonly report: TallyReport
  readonly seconds: number
  readonly comparison: Comparison
}

/**
 * Runs both scenarios in every variant and compares each output, byte for byte, with the oracle's.
 *
 * @param input NDJSON, one attempt a line
 * @param done hears each row as it is ready
 */
export async function parity(input: string, done: (row: ParityRow) => void): Promise<readonly ParityRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-parity-'))
  try {
    const rows: ParityRow[] = []
    for (const scenario of scenarios) {
      const expected = join(folder, `${scenario}.expected`)
      await writeExpected(scenario, input, expected)
      for (const variant of variants) {
        const row = await compareVariant(variant, scenario, { input, expected, output: join(folder, 'output') })
        done(row)
        rows.push(row)
      }
    }
    return rows
  } finally {
    await rm(folder, { recursive: true })
  }
}

interface ParityFiles {
  readonly input: string
  readonly expected: string
  readonly output: string
}

async function compareVariant(variant: Variant, scenario: Scenario, files: ParityFiles): Promise<ParityRow> {
  const { report, seconds } = await runVariant(variant, scenario, files)
  const comparison = await compareFiles(files.expected, files.output)
  return { scenario, variant: variant.name, report, seconds, comparison }
}
