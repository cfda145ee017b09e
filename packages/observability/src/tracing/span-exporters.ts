import type { Redactor, TelemetryOwner } from '@millrace/contracts'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { createExporter, type ExporterParts, type Signal } from '../exporting/create-exporter.js'
import { sendOtlp } from '../exporting/send-otlp.js'
import { resourceOf } from '../resource.js'
import { createOpenTracingBridge } from './opentracing-bridge.js'
import { OtelSpan } from './otel-span.js'
import type { RecordedSpan, SpanSink } from './recorded-span.js'
import { batchCleaner } from './span-description.js'
import { spanLine } from './span-line.js'
import type { WallClock } from './wall-clock.js'

/** What span exporters are made of. */
export interface SpanExporterParts extends ExporterParts {
  readonly owner: TelemetryOwner
  readonly redactor: Redactor
  readonly clock: WallClock
}

/** Hears of spans and sends them somewhere. */
export interface SpanExporter extends SpanSink {
  /** Sends what waits, without waiting for more; undefined where nothing waits. */
  readonly flush?: () => void
  close(signal: AbortSignal): Promise<void>
}

/** Makes the exporters that the settings name. */
export function createSpanExporters(parts: SpanExporterParts): readonly SpanExporter[] {
  const signal = spanSignal(parts)
  return [...new Set(parts.settings.tracing.exporters)].map((name) => {
    if (name === 'opentracing_bridge') return createOpenTracingBridge(parts)
    const { add, flush, close } = createExporter(name, signal, parts)
    return { ended: add, flush, close }
  })
}

function spanSignal({ owner, redactor, clock }: SpanExporterParts): Signal<RecordedSpan> {
  const form = { owner, resource: resourceOf(owner), clock }
  return {
    maxQueued: 8_192,
    otlp(client, protocol) {
      const serializer = protocol === 'http/json' ? JsonTraceSerializer : ProtobufTraceSerializer
      return (spans, signal) => {
        const clean = batchCleaner(redactor)
        const request = spans.map((span) => new OtelSpan(span, form, clean))
        return sendOtlp(
          { client, path: 'v1/traces', serializer, refused: (answer) => answer.partialSuccess?.rejectedSpans },
          request,
          signal,
        )
      }
    },
    lines() {
      const clean = batchCleaner(redactor)
      return (span) => spanLine(span, owner, clock, clean)
    },
  }
}
