import { describe, expect, it } from '@jest/globals'
import type { MetricSample, MetricSamples } from '@millrace/contracts'
import { plan } from '../test/application.js'
import { createFlowMeter } from './flows.js'

const handled = (node: string, worker: string, value: number): MetricSample => ({
  name: 'millrace_messages_handled_total',
  labels: { node, worker, group: 'features' },
  value,
})
const rateOf = (flows: { nodes: readonly { rate: number | null }[] }) => flows.nodes[3]?.rate
const primeGate = (value: number): MetricSamples => [handled('prime-gate', 'features#1', value)]

describe('createFlowMeter', () => {
  it('knows no rate before the second look', () => {
    const meter = createFlowMeter(plan)
    expect(rateOf(meter.measure(0, primeGate(40)))).toBeNull()
    expect(rateOf(meter.measure(500, primeGate(50)))).toBe(20)
  })

  it('adds up the workers of a node', () => {
    const meter = createFlowMeter(plan)
    const both = (value: number) => [
      handled('prime-gate', 'features#1', value),
      handled('prime-gate', 'features#2', value),
    ]
    meter.measure(0, both(0))
    expect(meter.measure(1_000, both(5)).nodes[3]).toMatchObject({ rate: 10, total: 10 })
  })

  it('looks back two seconds, so that a message now and then does not flicker', () => {
    const meter = createFlowMeter(plan)
    const rates = [0, 1, 1, 2, 2, 3, 3, 4, 4].map((total, index) =>
      rateOf(meter.measure(index * 500, primeGate(total))),
    )
    expect(rates.slice(4)).toEqual([1, 1, 1, 1, 1])
  })

  it('takes less than before for a process that has begun anew', () => {
    const meter = createFlowMeter(plan)
    meter.measure(0, primeGate(100))
    expect(rateOf(meter.measure(500, primeGate(3)))).toBe(0)
  })

  it('forgets what was counted before nobody looked', () => {
    const meter = createFlowMeter(plan)
    meter.measure(0, primeGate(0))
    meter.reset()
    expect(rateOf(meter.measure(60_000, primeGate(1_000)))).toBeNull()
  })

  it('names what was refused, what failed, how requests ended and what was lost', () => {
    const labels = { group: 'web', worker: 'web#1' }
    const flows = createFlowMeter(plan).measure(0, [
      { name: 'millrace_refusals_total', labels: { ...labels, code: 'OVERLOADED' }, value: 2 },
      { name: 'millrace_failures_total', labels: { ...labels, code: 'NODE_FAILED' }, value: 3 },
      { name: 'millrace_requests_total', labels: { ...labels, outcome: 'timed_out' }, value: 4 },
      { name: 'millrace_redeliveries_total', labels, value: 5 },
      { name: 'millrace_messages_given_up_total', labels: { ...labels, reason: 'dead_lettered' }, value: 6 },
      { name: 'millrace_late_replies_total', labels, value: 0 },
    ])
    expect(flows).toMatchObject({
      refusals: [{ name: 'OVERLOADED', total: 2, rate: null }],
      failures: [{ name: 'NODE_FAILED', total: 3 }],
      outcomes: [{ name: 'timed_out', total: 4 }],
      losses: [
        { name: 'sent again', total: 5 },
        { name: 'given up: dead lettered', total: 6 },
      ],
    })
  })
})
