import type { MetricSample } from '@millrace/contracts'
import type { Clean } from '../tracing/span-description.js'

/**
 * A sample whose labels hold no secret. Its name is one of a closed list: where a secret stands in that too, as the name of a tenant
 * may, there would be no metric left.
 */
export function cleanSample<Sample extends MetricSample>(sample: Sample, clean: Clean): Sample {
  const labels = Object.fromEntries(Object.entries(sample.labels).map(([label, value]) => [label, clean(value)]))
  return { ...sample, labels }
}
