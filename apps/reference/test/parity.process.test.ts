import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { sourceFlags } from '@millrace/from-source'
import { runVariant } from '../src/parity/run-variant.js'
import { type Variant, variants } from '../src/parity/variants.js'
import { type Scenario, scenarios } from '../src/scenarios.js'
import { expectedOutput } from './run-reference.js'
import { temporaryFolder } from './temporary-folder.js'
import { writeGenerated } from './write-generated.js'

const rounds = Number(process.env.ROUNDS ?? 1)
const folder = temporaryFolder()
const [input, output] = [join(folder, 'in'), join(folder, 'out')]
writeGenerated(input, { seed: 21, lines: 2500 * rounds })

const casesOf = (wanted: 'tcp_local' | 'zeromq_local') =>
  variants
    .filter(({ profile, delayed }) => profile === wanted && delayed !== true)
    .flatMap((variant) => scenarios.map((scenario) => [scenario, variant.name, variant] as const))

async function equalsOracle(scenario: Scenario, _name: string, variant: Variant): Promise<void> {
  await runVariant(variant, scenario, { input, output, workerFlags: sourceFlags })
  expect(readFileSync(output, 'utf8')).toBe(expectedOutput(input, scenario))
}

describe('the reference application in worker processes', () => {
  it.each(casesOf('tcp_local'))('PARITY-01 %s, %s, equals the oracle byte for byte', equalsOracle, 300_000)
  it.each(casesOf('zeromq_local'))('PARITY-04 %s, %s, equals the oracle byte for byte', equalsOracle, 300_000)
})
