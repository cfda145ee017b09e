import type { SpanContext, TelemetryOwner } from '@millrace/contracts'
import {
  type Attributes,
  type HrTime,
  type Link,
  type SpanContext as OtelSpanContext,
  type SpanKind,
  type SpanStatus,
  SpanStatusCode,
  TraceFlags,
} from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { hrTime } from '../hr-time.js'
import { scope } from '../resource.js'
import type { RecordedSpan } from './recorded-span.js'
import { type Clean, describeSpan } from './span-description.js'
import type { WallClock } from './wall-clock.js'

/** What it takes to put a span into the form of OpenTelemetry. */
export interface OtelSpanParts {
  readonly owner: TelemetryOwner
  readonly resource: Resource
  readonly clock: WallClock
}

/** A span in the form that OpenTelemetry's serializers take. A class, because an object literal with a function in it costs twice as much. */
export class OtelSpan implements ReadableSpan {
  readonly name: string
  readonly kind: SpanKind
  readonly attributes: Attributes
  readonly parentSpanContext?: OtelSpanContext
  readonly startTime: HrTime
  readonly endTime: HrTime
  readonly duration: HrTime
  readonly status: SpanStatus
  readonly links: Link[]
  readonly events: never[] = none
  readonly ended = true
  readonly resource: Resource
  readonly instrumentationScope: { readonly name: string } = scope
  readonly droppedAttributesCount = 0
  readonly droppedEventsCount = 0
  readonly droppedLinksCount = 0
  readonly #context: OtelSpanContext

  constructor(span: RecordedSpan, { owner, resource, clock }: OtelSpanParts, clean: Clean) {
    const { name, kind, attributes } = describeSpan(span, owner, clean)
    const startedMs = clock.at(span.startedMs)
    this.name = name
    this.kind = kind
    this.attributes = attributes
    if (span.parentId !== undefined) this.parentSpanContext = sampled(span.traceId, span.parentId)
    this.startTime = hrTime(startedMs)
    this.endTime = hrTime(startedMs + span.durationMs)
    this.duration = hrTime(span.durationMs)
    // The code alone: the text of an error may quote a payload.
    this.status = span.code === undefined ? unset : { code: SpanStatusCode.ERROR, message: span.code }
    this.links = span.hop?.repeats === undefined ? none : [linkTo(span.hop.repeats)]
    this.resource = resource
    this.#context = sampled(span.traceId, span.spanId)
  }

  spanContext(): OtelSpanContext {
    return this.#context
  }
}

const none: never[] = []
const unset: SpanStatus = { code: SpanStatusCode.UNSET }

function linkTo({ traceId, spanId }: SpanContext): Link {
  return { context: sampled(traceId, spanId), attributes: { 'millrace.link': 'repeats' } }
}

function sampled(traceId: string, spanId: string): OtelSpanContext {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED }
}
