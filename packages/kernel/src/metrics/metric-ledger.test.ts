import { describe, expect, it } from '@jest/globals'
import type { MetricSamples } from '@millrace/contracts'
import { MetricLedger } from './metric-ledger.js'

const handled = (value: number): MetricSamples => [
  { name: 'millrace_messages_handled_total', labels: { node: 'price' }, value },
]

/** What a ledger says that its slot has handled. */
function sumOf(ledger: MetricLedger): unknown {
  return ledger.samples(() => true).map(({ value }) => value)
}

describe('MetricLedger', () => {
  it('L1 adds up what all processes of a slot have counted, also those that it has forgotten', () => {
    const ledger = new MetricLedger()
    for (let incarnation = 1; incarnation <= 20; incarnation += 1) ledger.report('a#1', 'a', incarnation, handled(1))
    expect(sumOf(ledger)).toEqual([20])
  })

  it('L1 does not count a process twice that reports once more after it was forgotten', () => {
    const ledger = new MetricLedger()
    for (let incarnation = 1; incarnation <= 9; incarnation += 1) ledger.report('a#1', 'a', incarnation, handled(1))
    ledger.report('a#1', 'a', 1, handled(5))
    ledger.report('a#1', 'a', 9, handled(2))
    expect(sumOf(ledger)).toEqual([10])
  })
})
