import { durationBounds, type MetricName, type MetricSample, type MetricSamples, metricList } from '@millrace/contracts'

/** One sample of every metric of the list. */
export function samplesOfAll(): MetricSamples {
  return (Object.keys(metricList) as MetricName[]).map(sampleOf)
}

function sampleOf(name: MetricName): MetricSample {
  const { kind, labels } = metricList[name]
  const own = Object.fromEntries(labels.map((label) => [label, `some ${label}`]))
  const value = kind === 'histogram' ? histogram : 3
  return { name, labels: { group: 'pricing', worker: 'pricing#1', ...own }, value }
}

/** Two values: one equal to the first bound, one above the last. */
const histogram = {
  count: 2,
  sum: 60.0001,
  buckets: [1, ...durationBounds.slice(1).map(() => 0), 1],
}
