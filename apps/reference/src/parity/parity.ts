import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TallyReport } from '../egress/tally.js'
import { type Scenario, scenarios } from '../scenarios.js'
import { type Comparison, compareFiles } from './compare-files.js'
import { writeExpected } from './expected-output.js'
import { answeredLine, type InputLine } from './input-line.js'
import type { LentRedis } from './lent-redis.js'
import { runVariant } from './run-variant.js'
import type { Variant } from './variants.js'

/** What one variant made of one scenario. */
export interface ParityRow {
  readonly scenario: Scenario
  readonly variant: string
  readonly report: TallyReport
  readonly seconds: number
  readonly comparison: Comparison
  /** What the first line that differs should have answered, where there is such a line. */
  readonly answers: InputLine | undefined
}

/** What is compared, and who hears of it. */
export interface ParityOptions {
  /** NDJSON, one attempt a line. */
  readonly input: string
  readonly variants: readonly Variant[]
  /** Flags of Node for worker processes. @default those of this process that concern modules */
  readonly workerFlags?: readonly string[]
  /** What is needed for the variants whose profile is redis. */
  readonly redis?: LentRedis | undefined
  /** Hears each row as it is ready. */
  readonly done: (row: ParityRow) => void
}

/** Runs both scenarios in every variant that they have and compares each output, byte for byte, with the oracle's. */
export async function parity(options: ParityOptions): Promise<readonly ParityRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-parity-'))
  try {
    const rows: ParityRow[] = []
    for (const scenario of scenarios) {
      const expected = join(folder, `${scenario}.expected`)
      await writeExpected(scenario, options.input, expected)
      for (const variant of options.variants.filter((one) => one.scenarios.includes(scenario))) {
        const row = await compareVariant(variant, scenario, { ...options, expected, output: join(folder, 'output') })
        options.done(row)
        rows.push(row)
      }
    }
    return rows
  } finally {
    await rm(folder, { recursive: true })
  }
}

interface VariantFiles extends Pick<ParityOptions, 'input' | 'workerFlags' | 'redis'> {
  readonly expected: string
  readonly output: string
}

async function compareVariant(variant: Variant, scenario: Scenario, files: VariantFiles): Promise<ParityRow> {
  const { report, seconds } = await runVariant(variant, scenario, files)
  const comparison = await compareFiles(files.expected, files.output)
  const answers = comparison.outcome === 'identical' ? undefined : await answeredLine(files.input, comparison.line)
  return { scenario, variant: variant.name, report, seconds, comparison, answers }
}
