import { describe, expect, it } from '@jest/globals'
import { createRedactor } from '@millrace/contracts'
import type { RunResult } from '@millrace/kernel'
import { parityText } from './parity-report.js'
import type { VariantRun } from './run-variant.js'
import { parseVariants } from './variant.js'

const [memory, frozen] = parseVariants('memory,frozen')

function run(variant: typeof memory | undefined, difference: VariantRun['difference']): VariantRun {
  const result = { roots: {}, reports: {} } as RunResult // counters are not part of the report
  const sinks = [{ sink: 'lines', messages: 1, sha256: 'f'.repeat(64) }]
  return { variant: variant ?? memory, end: { outcome: 'done', exitCode: 0, seconds: 1, result }, sinks, difference }
}

function linesBetween(expected: string, actual: string): readonly string[] {
  const [one, other] = [expected, actual].map((json) => ({ trace: 'trace', json }))
  const difference = { sink: 'lines', message: 1, expected: one, actual: other }
  const text = parityText([run(memory, undefined), run(frozen, difference)], createRedactor())
  return text.split('\n').slice(-3, -1)
}

describe('parityText', () => {
  it('shows the part of long lines in which they differ', () => {
    const long = (middle: string) => `"${'a'.repeat(500)}${middle}${'b'.repeat(500)}"`
    expect(linesBetween(long('X'), long('Y'))).toEqual([
      `  memory  …${'a'.repeat(60)}X${'b'.repeat(99)}…`,
      `  frozen  …${'a'.repeat(60)}Y${'b'.repeat(99)}…`,
    ])
  })

  it('shows short lines whole', () => {
    expect(linesBetween(`"${'a'.repeat(150)}"`, '1')).toEqual([`  memory  "${'a'.repeat(150)}"`, '  frozen  1'])
  })

  it('shows the end of a line that is longer than the other', () => {
    const start = `"${'a'.repeat(300)}`
    expect(linesBetween(`${start}"`, `${start}b"`)).toEqual([
      `  memory  …${'a'.repeat(60)}"`,
      `  frozen  …${'a'.repeat(60)}b"`,
    ])
  })
})
