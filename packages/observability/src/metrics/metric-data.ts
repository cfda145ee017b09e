import { durationBounds, type MetricName, type MetricSample, type MetricSamples, metricList } from '@millrace/contracts'
import { type HrTime, ValueType } from '@opentelemetry/api'
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics'

/** From when to when the counters of samples have counted. */
export interface MetricTimes {
  readonly startTime: HrTime
  readonly endTime: HrTime
}

/** Puts samples into the form of OpenTelemetry: one entry for each metric, in the order of the closed list. */
export function metricData(samples: MetricSamples, times: MetricTimes): MetricData[] {
  const byName = new Map<MetricName, MetricSample[]>()
  for (const sample of samples) {
    const own = byName.get(sample.name)
    if (own === undefined) byName.set(sample.name, [sample])
    else own.push(sample)
  }
  return names.flatMap((name) => {
    const own = byName.get(name)
    return own === undefined ? [] : [oneMetric(name, own, times)]
  })
}

const names = Object.keys(metricList) as readonly MetricName[] // the keys of the list are the names

function oneMetric(name: MetricName, samples: MetricSamples, times: MetricTimes): MetricData {
  const { kind, unit, says } = metricList[name]
  const described = {
    descriptor: { name, description: says, unit, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  }
  switch (kind) {
    case 'counter':
      return { ...described, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: numbers(samples, times) }
    case 'gauge':
      return { ...described, dataPointType: DataPointType.GAUGE, dataPoints: numbers(samples, times) }
    case 'histogram':
      return { ...described, dataPointType: DataPointType.HISTOGRAM, dataPoints: histograms(samples, times) }
  }
}

function numbers(samples: MetricSamples, times: MetricTimes) {
  return samples.flatMap(({ labels, value }) =>
    typeof value === 'number' ? [{ ...times, attributes: { ...labels }, value }] : [],
  )
}

function histograms(samples: MetricSamples, times: MetricTimes) {
  return samples.flatMap(({ labels, value }) =>
    typeof value === 'number'
      ? []
      : [
          {
            ...times,
            attributes: { ...labels },
            value: {
              count: value.count,
              sum: value.sum,
              buckets: { boundaries: [...durationBounds], counts: [...value.buckets] },
            },
          },
        ],
  )
}
