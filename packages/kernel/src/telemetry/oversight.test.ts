import { describe, expect, it } from '@jest/globals'
import { type ConsoleSource, createEventEmitter, type MetricSamples } from '@millrace/contracts'
import { preflight } from '../preflight/preflight.js'
import { Oversight } from './oversight.js'

const owner = { scenario: 'shop', group: '', slot: 'app#1', incarnation: 1, run: 'ab'.repeat(16) }

describe('Oversight', () => {
  it('collects metrics once for all who want the page of Prometheus at the same time', async () => {
    const checked = await preflight({
      config: {
        version: 1,
        scenario: { name: 'shop' },
        runtime: { observability: { metrics: { exporters: ['prometheus'], port: 9464 } } },
      },
      embedded: true,
      packages: false,
    })
    let collected = 0
    const metrics = async (): Promise<MetricSamples> => [
      { name: 'millrace_queue_depth', labels: { node: 'price' }, value: ++collected },
    ]
    const source = (): ConsoleSource => ({ metrics }) as Partial<ConsoleSource> as ConsoleSource // nothing else is asked
    const oversight = await Oversight.open(checked, owner, createEventEmitter(), source)
    const pages = await Promise.all(Array.from({ length: 500 }, () => oversight?.prometheus()))
    expect([collected, new Set(pages).size]).toEqual([1, 1])
    expect(await oversight?.prometheus()).toContain('millrace_queue_depth{node="price"} 2')
    await oversight?.close()
  })
})
