import { describe, expect, it } from '@jest/globals'
import type { AppDefinition } from '@millrace/contracts'
import fc from 'fast-check'
import { decideAll, type Scenario, splitLines } from '../oracle/oracle.mjs'
import { baseline } from '../src/baseline.js'
import { experiment } from '../src/experiment.js'
import { createLineSplitter } from '../src/ingress/line-splitter.js'
import { Line } from '../src/messages.js'
import { arbitraryInput } from './arbitrary-input.js'
import { createSequentialDriver } from './sequential-driver.js'

const numRuns = Number(process.env.ROUNDS ?? 200)

/** What the nodes answer, with the reason of each line. */
function answered(app: AppDefinition, input: Uint8Array): string[] {
  const drive = createSequentialDriver(app)
  const splitter = createLineSplitter()
  const lines = [...splitter.push(input), ...splitter.end()]
  return lines.flatMap((line) => drive(Line.of(line))).map(({ text, reason }) => `${text} ${reason}`)
}

/** What the oracle answers. */
function expected(scenario: Scenario, input: Uint8Array): string[] {
  return [...decideAll(splitLines([input]), scenario)].map(({ text, reason }) => `${text} ${reason}`)
}

describe('nodes and oracle', () => {
  it.each([
    ['baseline', baseline],
    ['experiment', experiment],
  ] as const)('agree on every line and its reason in any input, %s', (scenario, app) => {
    fc.assert(
      fc.property(arbitraryInput, (input) => {
        expect(answered(app, input)).toEqual(expected(scenario, input))
      }),
      { numRuns },
    )
  })
})
