import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { createRuntime } from '@millrace/kernel'
import fc from 'fast-check'
import type { Scenario } from '../oracle/oracle.mjs'
import { arbitraryInput } from './arbitrary-input.js'
import { expectedOutput } from './run-reference.js'
import { temporaryFolder } from './temporary-folder.js'

const numRuns = Number(process.env.ROUNDS ?? 20)
const folder = temporaryFolder()
const [input, output] = [join(folder, 'in'), join(folder, 'out')]

/** Runs the whole application, with every check on, on some bytes. */
async function decided(scenario: Scenario, bytes: Uint8Array): Promise<string> {
  writeFileSync(input, bytes)
  const runtime = await createRuntime({
    config: fileURLToPath(new URL(`../config/${scenario}.yml`, import.meta.url)),
    overlay: { adapters: { read: { path: input }, write: { path: output } } },
    checks: { validate: 'every', freeze: true, serialise: true },
  })
  await runtime.run()
  return readFileSync(output, 'utf8')
}

describe('the whole application and the oracle', () => {
  it.each(['baseline', 'experiment'] as const)(
    'write the same bytes for any input, %s',
    async (scenario) => {
      await fc.assert(
        fc.asyncProperty(arbitraryInput, async (bytes) => {
          expect(await decided(scenario, bytes)).toBe(expectedOutput(input, scenario))
        }),
        { numRuns },
      )
    },
    600_000,
  )
})
