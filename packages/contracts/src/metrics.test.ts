import { describe, expect, it } from '@jest/globals'
import { durationBounds, type MetricDefinition, metricList } from './metrics.js'

describe('metricList', () => {
  const metrics: readonly (readonly [string, MetricDefinition])[] = Object.entries(metricList)

  it.each(metrics)('names %s as Prometheus asks for', (name, { kind, unit }) => {
    expect(name).toMatch(/^millrace_[a-z_]+$/)
    expect(name.endsWith('_total')).toBe(kind === 'counter')
    if (unit === 's') expect(name).toMatch(/_seconds$/)
    if (unit === 'By') expect(name).toMatch(/_bytes$/)
  })

  it.each(metrics)('gives %s no label that every metric has', (_name, { labels }) => {
    expect(labels).not.toEqual(expect.arrayContaining(['group']))
    expect(labels).not.toEqual(expect.arrayContaining(['worker']))
  })
})

it('has bounds of buckets that grow', () => {
  expect([...durationBounds].sort((one, other) => one - other)).toEqual([...durationBounds])
})
