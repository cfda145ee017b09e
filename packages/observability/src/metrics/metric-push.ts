import type { MetricSample, MetricSamples, Redactor, TelemetryOwner } from '@millrace/contracts'
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer'
import { createExporter, type ExporterParts, type Signal } from '../exporting/create-exporter.js'
import { sendOtlp } from '../exporting/send-otlp.js'
import { hrTime } from '../hr-time.js'
import { resourceOf, scope } from '../resource.js'
import { batchCleaner } from '../tracing/span-description.js'
import { cleanSample } from './clean-sample.js'
import { metricData } from './metric-data.js'
import { metricLine } from './metric-line.js'

/** What sending metrics is made of. */
export interface MetricPushParts extends ExporterParts {
  readonly owner: TelemetryOwner
  readonly redactor: Redactor
  readonly collect: () => Promise<MetricSamples>
}

/** A sample with the time that it was taken at, in milliseconds since the epoch. */
export interface TimedSample extends MetricSample {
  readonly atMs: number
}

/** Sends metrics again and again. */
export interface MetricPush {
  /** Sends them once more, and ends. */
  close(signal: AbortSignal): Promise<void>
}

/** Begins to collect metrics, once for all exporters that send them; undefined where none does. */
export function createMetricPush(parts: MetricPushParts): MetricPush | undefined {
  const { settings, collect, drops } = parts
  const names = [...new Set(settings.metrics.exporters)].filter((name) => name !== 'prometheus')
  if (names.length === 0) return undefined
  const signal = metricSignal(parts)
  const exporters = names.map((name) => createExporter(name, signal, parts))
  let collecting: Promise<void> | undefined

  async function push(): Promise<void> {
    try {
      const samples = await collect()
      const atMs = Date.now()
      for (const sample of samples) for (const { add } of exporters) add({ ...sample, atMs })
    } catch {
      // How many there would have been nobody knows.
      for (const name of names) drops.add(name, 1)
    }
  }

  const tick = (): Promise<void> => {
    collecting ??= push().finally(() => {
      collecting = undefined
    })
    return collecting
  }
  /** What is being collected already may lack what came at the end. */
  const last = async (): Promise<void> => {
    await collecting
    await tick()
  }
  const timer = setInterval(() => void tick(), settings.metrics.intervalMs).unref()

  return {
    async close(given) {
      clearInterval(timer)
      await Promise.race([last(), aborted(given)])
      await Promise.all(exporters.map(({ close }) => close(given)))
    },
  }
}

/** Collecting asks other processes, which may have more to do: it does not get all the time that there is. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function metricSignal({ owner, redactor }: MetricPushParts): Signal<TimedSample> {
  const resource = resourceOf(owner)
  const startTime = hrTime(Date.now())
  return {
    maxQueued: 65_536,
    otlp(client, protocol) {
      const serializer = protocol === 'http/json' ? JsonMetricsSerializer : ProtobufMetricsSerializer
      return (samples, signal) => {
        const clean = batchCleaner(redactor)
        const cleaned = samples.map((sample) => cleanSample(sample, clean))
        const metrics = metricData(cleaned, ({ atMs }) => ({ startTime, endTime: hrTime(atMs) }))
        return sendOtlp(
          { client, path: 'v1/metrics', serializer, refused: (answer) => answer.partialSuccess?.rejectedDataPoints },
          { resource, scopeMetrics: [{ scope, metrics }] },
          signal,
        )
      }
    },
    lines() {
      const clean = batchCleaner(redactor)
      return (sample) => metricLine(cleanSample(sample, clean))
    },
  }
}
