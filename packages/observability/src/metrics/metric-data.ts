import { durationBounds, type MetricName, type MetricSample, metricList } from '@millrace/contracts'
import { type HrTime, ValueType } from '@opentelemetry/api'
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics'

/** From when to when a sample has counted. */
export interface MetricTimes {
  readonly startTime: HrTime
  readonly endTime: HrTime
}

/** Puts samples into the form of OpenTelemetry: one entry for each metric, in the order of the closed list. */
export function metricData<Sample extends MetricSample>(
  samples: readonly Sample[],
  timesOf: (sample: Sample) => MetricTimes,
): MetricData[] {
  const byName = new Map<MetricName, Sample[]>()
  for (const sample of samples) {
    const own = byName.get(sample.name)
    if (own === undefined) byName.set(sample.name, [sample])
    else own.push(sample)
  }
  return names.flatMap((name) => {
    const own = byName.get(name)
    return own === undefined ? [] : [oneMetric(name, own, timesOf)]
  })
}

const names = Object.keys(metricList) as readonly MetricName[] // the keys of the list are the names

function oneMetric<Sample extends MetricSample>(
  name: MetricName,
  samples: readonly Sample[],
  timesOf: (sample: Sample) => MetricTimes,
): MetricData {
  const { kind, unit, says } = metricList[name]
  const described = {
    descriptor: { name, description: says, unit, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  }
  if (kind === 'histogram') {
    return { ...described, dataPointType: DataPointType.HISTOGRAM, dataPoints: histograms(samples, timesOf) }
  }
  const dataPoints = numbers(samples, timesOf)
  return kind === 'counter'
    ? { ...described, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
    : { ...described, dataPointType: DataPointType.GAUGE, dataPoints }
}

function numbers<Sample extends MetricSample>(samples: readonly Sample[], timesOf: (sample: Sample) => MetricTimes) {
  return samples.flatMap((sample) =>
    typeof sample.value === 'number'
      ? [{ ...timesOf(sample), attributes: { ...sample.labels }, value: sample.value }]
      : [],
  )
}

function histograms<Sample extends MetricSample>(samples: readonly Sample[], timesOf: (sample: Sample) => MetricTimes) {
  return samples.flatMap((sample) => {
    if (typeof sample.value === 'number') return []
    const { count, sum, buckets } = sample.value
    const value = { count, sum, buckets: { boundaries: [...durationBounds], counts: [...buckets] } }
    return [{ ...timesOf(sample), attributes: { ...sample.labels }, value }]
  })
}
