import type { Redactor, TelemetryOwner, TelemetrySettings, TraceExporterName } from '@millrace/contracts'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { Drops } from '../exporting/drops.js'
import { appendTo, type LineTarget, standardOutput } from '../exporting/line-target.js'
import type { OtlpClient } from '../exporting/otlp-client.js'
import { sendOtlp } from '../exporting/otlp-send.js'
import { createPipeline, type PipelineLimits, type Send } from '../exporting/pipeline.js'
import { sendLines } from '../exporting/send-lines.js'
import { resourceOf } from '../resource.js'
import { createOpenTracingBridge } from './opentracing-bridge.js'
import { readableSpan } from './readable-span.js'
import type { RecordedSpan, SpanSink } from './recorded-span.js'
import { batchCleaner } from './span-description.js'
import { spanLine } from './span-line.js'
import type { WallClock } from './wall-clock.js'

/** What span exporters are made of. */
export interface SpanExporterParts {
  readonly owner: TelemetryOwner
  readonly settings: TelemetrySettings
  readonly redactor: Redactor
  readonly clock: WallClock
  readonly otlp: () => OtlpClient
  readonly drops: Drops
}

/** Hears of spans and sends them somewhere. */
export interface SpanExporter extends SpanSink {
  close(signal: AbortSignal): Promise<void>
}

/** For a receiver in the network: several batches on their way, or its latency would bound how many spans a second it can have. */
const networkLimits: PipelineLimits = { maxQueued: 8_192, maxBatch: 512, maxInFlight: 4, delayMs: 1_000 }
/** For lines, which keep their order. */
const lineLimits: PipelineLimits = { maxQueued: 8_192, maxBatch: 512, maxInFlight: 1, delayMs: 200 }

/** Makes one exporter for each name; each has a queue of its own, so none can hold up another. */
export function createSpanExporters(parts: SpanExporterParts): readonly SpanExporter[] {
  return [...new Set(parts.settings.tracing.exporters)].map((name) => createSpanExporter(name, parts))
}

function createSpanExporter(name: TraceExporterName, parts: SpanExporterParts): SpanExporter {
  switch (name) {
    case 'otel_otlp':
      return queued(name, sendToOtlp(parts), networkLimits, parts.drops)
    case 'jsonl':
      return queued(name, sendTo(appendTo(parts.settings.jsonlPath), parts), lineLimits, parts.drops)
    case 'stdout':
      return queued(name, sendTo(standardOutput(), parts), lineLimits, parts.drops)
    case 'opentracing_bridge':
      return createOpenTracingBridge(parts)
  }
}

function queued(exporter: string, send: Send<RecordedSpan>, limits: PipelineLimits, drops: Drops): SpanExporter {
  const { add, close } = createPipeline({ exporter, send, drops, limits })
  return { ended: add, close }
}

function sendToOtlp({ owner, settings, redactor, clock, otlp }: SpanExporterParts): Send<RecordedSpan> {
  const client = otlp()
  const form = { owner, resource: resourceOf(owner), clock }
  const serializer = settings.otlp.protocol === 'http/json' ? JsonTraceSerializer : ProtobufTraceSerializer
  return (spans, signal) => {
    const clean = batchCleaner(redactor)
    const request = spans.map((span) => readableSpan(span, form, clean))
    const refused = ({ partialSuccess }: ReturnType<typeof serializer.deserializeResponse>) =>
      partialSuccess?.rejectedSpans
    return sendOtlp(client, 'v1/traces', serializer, request, refused, signal)
  }
}

function sendTo(target: LineTarget, { owner, redactor, clock }: SpanExporterParts): Send<RecordedSpan> {
  return (spans, signal) => {
    const clean = batchCleaner(redactor)
    return sendLines(target, spans, (span) => spanLine(span, owner, clock, clean), signal)
  }
}
