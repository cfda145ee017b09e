import type { Telemetry, TelemetryParts, TelemetrySettings } from '@millrace/contracts'
import { createDrops } from './exporting/drops.js'
import { createOtlpClient, type OtlpClient } from './exporting/otlp-client.js'
import { createLogWriter } from './logs/log-writer.js'
import { cleanSample } from './metrics/clean-sample.js'
import { fromZero } from './metrics/from-zero.js'
import { createMetricPush } from './metrics/metric-push.js'
import { prometheusText } from './metrics/prometheus-text.js'
import { createTracing } from './tracing/create-tracing.js'
import { createKeptSpans } from './tracing/kept-spans.js'
import { batchCleaner } from './tracing/span-description.js'
import { createSpanExporters } from './tracing/span-exporters.js'
import { spanRecord } from './tracing/span-record.js'
import { createWallClock } from './tracing/wall-clock.js'

/** What `close` may take in all, and what of it is left for log lines, which may tell what the others have lost. */
const usualCloseMs = 2_000
const logsMs = 500
/** What `close` may take where its time is over already: for what a receiver that is there takes at once. */
const leastMs = 100

/**
 * Makes the telemetry of one process. Nothing of it begins before this is called, and nothing of it comes from the environment.
 *
 * @param closeMs how long `close` may take for receivers that do not answer
 */
export function createTelemetry(
  { owner, settings, events, collect }: TelemetryParts,
  closeMs: number = usualCloseMs,
): Telemetry {
  const { redactor } = events
  const clock = createWallClock()
  const drops = createDrops(exporterNames(settings, collect !== undefined), events)
  let client: OtlpClient | undefined
  const otlp = (): OtlpClient => {
    client ??= createOtlpClient(settings.otlp)
    return client
  }
  const parts = { owner, settings, redactor, events, clock, drops, otlp }

  const spans = createSpanExporters(parts)
  const kept = settings.keptSpans > 0 ? createKeptSpans(settings.keptSpans) : undefined
  const sinks = kept === undefined ? spans : [kept, ...spans]
  const metrics = collect === undefined ? undefined : createMetricPush({ ...parts, collect })
  const logs = collect === undefined ? undefined : createLogWriter(parts)
  /** When closing is to be done, by the monotonic clock. */
  let until: number | undefined
  let closed: Promise<void> | undefined

  function ending(): void {
    until ??= performance.now() + closeMs
    for (const { flush } of spans) flush?.()
  }

  async function close(): Promise<void> {
    const leftMs = until === undefined ? closeMs : until - performance.now()
    const early = deadlineIn(Math.max(leftMs - logsMs, leastMs))
    const late = deadlineIn(Math.max(leftMs, leastMs))
    await Promise.all([...spans, metrics].map((exporter) => exporter?.close(early.signal)))
    drops.close()
    await logs?.close(late.signal)
    early.clear()
    late.clear()
    client?.close()
    drops.close()
  }

  return {
    tracing: sinks.length === 0 ? undefined : createTracing(settings.tracing.sampleRatio, sinks),
    dropped: drops.counts,
    spansOf(traceId) {
      const clean = batchCleaner(redactor)
      return kept?.of(traceId).map((span) => spanRecord(span, owner, clock, clean)) ?? []
    },
    prometheus(samples) {
      const clean = batchCleaner(redactor)
      return prometheusText(fromZero(samples).map((sample) => cleanSample(sample, clean)))
    },
    ending,
    close() {
      closed ??= close()
      return closed
    },
  }
}

/** The exporters of this process that can lose something. */
function exporterNames({ tracing, metrics, logging }: TelemetrySettings, collects: boolean): readonly string[] {
  const collected = collects ? [...metrics.exporters, ...logging.exporters] : []
  return [...new Set([...tracing.exporters, ...collected])].filter((name) => name !== 'prometheus')
}

/** Unlike that of `AbortSignal.timeout`, its timer keeps the process until it is cleared: what waits for it has an end. */
function deadlineIn(ms: number): { readonly signal: AbortSignal; readonly clear: () => void } {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), ms)
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}
