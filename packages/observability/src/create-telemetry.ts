import type { Telemetry, TelemetryParts } from '@millrace/contracts'
import { createDrops } from './exporting/drops.js'
import { createOtlpClient, type OtlpClient } from './exporting/otlp-client.js'
import { prometheusText } from './metrics/prometheus-text.js'
import { createTracing } from './tracing/create-tracing.js'
import { createKeptSpans } from './tracing/kept-spans.js'
import { batchCleaner } from './tracing/span-description.js'
import { createSpanExporters } from './tracing/span-exporters.js'
import { spanRecord } from './tracing/span-record.js'
import { createWallClock } from './tracing/wall-clock.js'

/** What `close` may take in all. */
const closeMs = 2_000

/** Makes the telemetry of one process. Nothing of it begins before this is called, and nothing of it comes from the environment. */
export function createTelemetry({ owner, settings, events }: TelemetryParts): Telemetry {
  const { redactor } = events
  const clock = createWallClock()
  const drops = createDrops([...settings.tracing.exporters], events)
  const clients: OtlpClient[] = []
  const otlp = (): OtlpClient => {
    const client = createOtlpClient(settings.otlp)
    clients.push(client)
    return client
  }

  const exporters = createSpanExporters({ owner, settings, redactor, clock, otlp, drops })
  const kept = settings.keptSpans > 0 ? createKeptSpans(settings.keptSpans) : undefined
  const sinks = kept === undefined ? exporters : [kept, ...exporters]
  let closed: Promise<void> | undefined

  async function close(): Promise<void> {
    const deadline = new AbortController()
    const timer = setTimeout(() => deadline.abort(), closeMs)
    await Promise.all(exporters.map((exporter) => exporter.close(deadline.signal)))
    clearTimeout(timer)
    for (const client of clients) client.close()
    drops.close()
  }

  return {
    tracing: sinks.length === 0 ? undefined : createTracing(settings.tracing.sampleRatio, sinks),
    dropped: drops.counts,
    spansOf(traceId) {
      const clean = batchCleaner(redactor)
      return kept?.of(traceId).map((span) => spanRecord(span, owner, clock, clean)) ?? []
    },
    prometheus: (samples) => redactor.text(prometheusText(samples)),
    close() {
      closed ??= close()
      return closed
    },
  }
}
