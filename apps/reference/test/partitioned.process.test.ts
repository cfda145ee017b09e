import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { sourceFlags } from '@millrace/from-source'
import { createRuntime } from '@millrace/kernel'
import { application } from '../src/application.js'
import { runVariant } from '../src/parity/run-variant.js'
import { variants } from '../src/parity/variants.js'
import { expectedOutput } from './run-reference.js'
import { temporaryFolder } from './temporary-folder.js'
import { writeGenerated } from './write-generated.js'

const rounds = Number(process.env.ROUNDS ?? 1)
const folder = temporaryFolder()
const [input, output] = [join(folder, 'in'), join(folder, 'out')]
writeGenerated(input, { seed: 22, lines: 2500 * rounds })

const cases = variants
  .filter(({ profile }) => profile === 'tcp_local_partitioned')
  .map((variant) => [variant.name, variant] as const)

describe('the reference application with its state divided', () => {
  it.each(cases)(
    'PARTITION-01 baseline, %s, equals the oracle byte for byte',
    async (_, variant) => {
      await runVariant(variant, 'baseline', { input, output, workerFlags: sourceFlags })
      expect(readFileSync(output, 'utf8')).toBe(expectedOutput(input, 'baseline'))
    },
    300_000,
  )

  it.each([2, undefined])(
    'PARTITION-01 the experiment’s global quota is refused in preflight, workers: %p',
    async (workers) => {
      const settings = { scenario: 'experiment', profile: 'tcp_local_partitioned', workers, input, output } as const
      const made = async () => createRuntime(await application(settings))
      await expect(made()).rejects.toMatchObject({
        code: 'PLACEMENT_SHARED_STATE',
        message: expect.stringContaining("state 'primes' of node 'decide' is global, but group 'decide' splits it"),
      })
    },
  )
})
