import type { MetricSamples } from '@millrace/contracts'
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { emptyResource } from '@opentelemetry/resources'
import type { MetricData } from '@opentelemetry/sdk-metrics'
import { scope } from '../resource.js'
import { type MetricTimes, metricData } from './metric-data.js'

/**
 * Renders samples in the text format of Prometheus, version 0.0.4.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function prometheusText(samples: MetricSamples): string {
  if (samples.length === 0) return ''
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true)
  const metrics = metricData(samples, () => timeless).map(withoutUnit)
  return serializer.serialize({ resource: emptyResource(), scopeMetrics: [{ scope, metrics }] })
}

/** The names end in the unit already, and the format has no line for it. */
function withoutUnit(metric: MetricData): MetricData {
  return { ...metric, descriptor: { ...metric.descriptor, unit: '' } }
}

/** Prometheus takes the time of its own scrape. */
const timeless: MetricTimes = { startTime: [0, 0], endTime: [0, 0] }
