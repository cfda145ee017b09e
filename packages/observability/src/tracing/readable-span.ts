import type { SpanContext, TelemetryOwner } from '@millrace/contracts'
import { type Link, type SpanContext as OtelSpanContext, SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { hrTime } from '../hr-time.js'
import { scope } from '../resource.js'
import type { RecordedSpan } from './recorded-span.js'
import { type Clean, describeSpan } from './span-description.js'
import type { WallClock } from './wall-clock.js'

/** What it takes to put a span into the form of OpenTelemetry. */
export interface ReadableSpanParts {
  readonly owner: TelemetryOwner
  readonly resource: Resource
  readonly clock: WallClock
}

/** A span in the form that OpenTelemetry's serializers take. */
export function readableSpan(span: RecordedSpan, parts: ReadableSpanParts, clean: Clean): ReadableSpan {
  const { traceId, parentId, code } = span
  const startedMs = parts.clock.at(span.startedMs)
  const context = sampled(span)
  return {
    ...describeSpan(span, parts.owner, clean),
    spanContext: () => context,
    ...(parentId === undefined ? {} : { parentSpanContext: sampled({ traceId, spanId: parentId }) }),
    startTime: hrTime(startedMs),
    endTime: hrTime(startedMs + span.durationMs),
    duration: hrTime(span.durationMs),
    // The text of an error may say what its message said.
    status: code === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: code },
    links: linksOf(span),
    events: [],
    ended: true,
    resource: parts.resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}

function linksOf({ hop }: RecordedSpan): Link[] {
  return hop?.repeats === undefined
    ? []
    : [{ context: sampled(hop.repeats), attributes: { 'millrace.link': 'repeats' } }]
}

function sampled({ traceId, spanId }: SpanContext): OtelSpanContext {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED }
}
