import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
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
writeGenerated(input, { seed: 23, lines: 3000 })

afterAll(() => {
  delete process.env.REFERENCE_DELAY_SEED
})

const slow = variants.filter(({ delayed, profile }) => delayed === true && profile !== 'redis')
const inMemory = slow.map((variant): Variant => ({ ...variant, name: 'memory, slow at random', profile: 'memory' }))
const seeds = Array.from({ length: rounds }, (_, round) => round + 1)
const cases = [...inMemory, ...slow].flatMap((variant) =>
  scenarios.flatMap((scenario) => seeds.map((seed) => [scenario, variant.name, seed, variant] as const)),
)

async function decided(variant: Variant, scenario: Scenario, seed: number): Promise<string> {
  process.env.REFERENCE_DELAY_SEED = String(seed)
  await runVariant(variant, scenario, { input, output, workerFlags: sourceFlags })
  return readFileSync(output, 'utf8')
}

describe('the reference application with every part slow at random', () => {
  it.each(cases)(
    'PARITY-03 %s, %s (seed %d): the order of the sink is the order of the source',
    async (scenario, _, seed, variant) => {
      expect(await decided(variant, scenario, seed)).toBe(expectedOutput(input, scenario))
    },
    300_000,
  )
})
