import type { TelemetryOwner } from '@millrace/contracts'
import { SpanKind } from '@opentelemetry/api'
import { instanceId, serviceName } from '../resource.js'
import type { RecordedSpan } from './recorded-span.js'
import { type Clean, describeSpan } from './span-description.js'
import type { WallClock } from './wall-clock.js'

/** A span as one line of JSON. */
export function spanLine(span: RecordedSpan, owner: TelemetryOwner, clock: WallClock, clean: Clean): string {
  const { name, kind, attributes } = describeSpan(span, owner, clean)
  const repeats = span.hop?.repeats
  return JSON.stringify({
    signal: 'span',
    time: new Date(clock.at(span.startedMs)).toISOString(),
    trace_id: span.traceId,
    span_id: span.spanId,
    parent_id: span.parentId,
    name,
    kind: SpanKind[kind].toLowerCase(),
    duration_ms: Math.round(span.durationMs * 1_000) / 1_000,
    status: span.code === undefined ? 'ok' : 'error',
    service: serviceName(owner),
    instance: instanceId(owner),
    attributes,
    links: repeats === undefined ? undefined : [{ trace_id: repeats.traceId, span_id: repeats.spanId }],
  })
}
