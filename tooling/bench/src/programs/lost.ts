import type { MetricSamples } from '@millrace/kernel'

/** How many spans and the like the exporters of an application have lost. */
export function lostIn(samples: MetricSamples): number {
  const counts = samples.map(({ name, value }) => (name === 'millrace_exporter_dropped_total' ? Number(value) : 0))
  return counts.reduce((sum, count) => sum + count, 0)
}
