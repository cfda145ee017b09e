import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { sourceFlags } from '@millrace/from-source'
import { runVariant } from '../src/parity/run-variant.js'
import { variants } from '../src/parity/variants.js'
import { scenarios } from '../src/scenarios.js'
import { expectedOutput } from './run-reference.js'
import { temporaryFolder } from './temporary-folder.js'
import { writeGenerated } from './write-generated.js'

const rounds = Number(process.env.ROUNDS ?? 1)
const folder = temporaryFolder()
const [input, output] = [join(folder, 'in'), join(folder, 'out')]
writeGenerated(input, { seed: 21, lines: 5000 * rounds })

const cases = variants
  .filter(({ profile, delayed }) => profile === 'tcp_local' && delayed !== true)
  .flatMap((variant) => scenarios.map((scenario) => [scenario, variant.name, variant] as const))

describe('the reference application in worker processes', () => {
  it.each(cases)(
    'PARITY-01 %s, %s, equals the oracle byte for byte',
    async (scenario, _, variant) => {
      await runVariant(variant, scenario, { input, output, workerFlags: sourceFlags })
      expect(readFileSync(output, 'utf8')).toBe(expectedOutput(input, scenario))
    },
    300_000,
  )
})
