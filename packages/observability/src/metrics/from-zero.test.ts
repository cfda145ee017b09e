import { describe, expect, it } from '@jest/globals'
import type { MetricSamples } from '@millrace/contracts'
import { fromZero } from './from-zero.js'

const labels = { group: 'pricing', worker: 'pricing#1' }
const samples: MetricSamples = [
  { name: 'millrace_worker_up', labels, value: 1 },
  { name: 'millrace_refusals_total', labels: { ...labels, code: 'SEC_REPLAY' }, value: 3 },
]

describe('fromZero', () => {
  it('OBS-PROM-01 adds for each process what has not been refused or sent again yet, and changes nothing', () => {
    const all = fromZero(samples)
    expect(all.slice(0, 2)).toEqual(samples)
    expect(all.slice(2).every(({ value }) => value === 0)).toBe(true)
    expect(all.slice(2).map(({ name, labels: { code } }) => [name, code])).toEqual([
      ['millrace_redeliveries_total', undefined],
      ['millrace_refusals_total', 'SEC_FRAME_TOO_LARGE'],
      ['millrace_refusals_total', 'SEC_FRAME_MALFORMED'],
      ['millrace_refusals_total', 'SEC_SIGNATURE_INVALID'],
      ['millrace_refusals_total', 'SEC_EXPIRED'],
      ['millrace_refusals_total', 'SEC_KIND_REFUSED'],
      ['millrace_refusals_total', 'SEC_HANDSHAKE_FAILED'],
      ['millrace_refusals_total', 'OVERLOADED'],
    ])
  })

  it('says nothing of processes that nothing is said of', () => {
    expect(fromZero([])).toEqual([])
  })
})
