import { writeTraceparent } from '@millrace/contracts'
import { SpanKind } from '@opentelemetry/api'
import {
  FORMAT_TEXT_MAP,
  followsFrom,
  globalTracer,
  type SpanContext as OpenTracingContext,
  Span as OpenTracingSpan,
  Tags,
} from 'opentracing'
import type { RecordedSpan } from './recorded-span.js'
import { describeSpan } from './span-description.js'
import type { SpanExporter, SpanExporterParts } from './span-exporters.js'

/** Contexts that are kept for spans that start below them: those of handlers and hops that have ended too. */
const maxContexts = 16_384

/**
 * Hands every span, while it lives, to the tracer that the application has registered by `opentracing.initGlobalTracer`. Where none is
 * registered, or it throws, spans are lost and counted.
 *
 * A tracer makes ids of its own. A parent in this process is found again by its id; one of another process is given to the tracer
 * as a W3C traceparent, which it may know. In any case the ids of Millrace are tags.
 */
export function createOpenTracingBridge({ owner, redactor, clock, drops }: SpanExporterParts): SpanExporter {
  const open = new WeakMap<RecordedSpan, OpenTracingSpan>()
  const contexts = new Map<string, OpenTracingContext>()
  const clean = (text: string): string => redactor.text(text)
  let closed = false

  const lose = (): void => drops.add('opentracing_bridge', 1)

  function contextOf(traceId: string, spanId: string): OpenTracingContext | undefined {
    const traceparent = writeTraceparent({ traceId, spanId }, true)
    return contexts.get(spanId) ?? globalTracer().extract(FORMAT_TEXT_MAP, { traceparent }) ?? undefined
  }

  function start(span: RecordedSpan): OpenTracingSpan {
    const { traceId, spanId, parentId, hop } = span
    const { name, kind, attributes } = describeSpan(span, owner, clean)
    const parent = parentId === undefined ? undefined : contextOf(traceId, parentId)
    const repeated = hop?.repeats === undefined ? undefined : contextOf(hop.repeats.traceId, hop.repeats.spanId)
    return globalTracer().startSpan(name, {
      startTime: clock.at(span.startedMs),
      tags: {
        ...attributes,
        'millrace.trace_id': traceId,
        'millrace.span_id': spanId,
        'millrace.parent_id': parentId,
        // OpenTracing has no name for what stays inside.
        ...(kind === SpanKind.INTERNAL ? {} : { [Tags.SPAN_KIND]: SpanKind[kind].toLowerCase() }),
        // Millrace has decided already.
        ...(parent === undefined ? { [Tags.SAMPLING_PRIORITY]: 1 } : {}),
      },
      ...(parent === undefined ? {} : { childOf: parent }),
      ...(repeated === undefined ? {} : { references: [followsFrom(repeated)] }),
    })
  }

  function remember(spanId: string, context: OpenTracingContext): void {
    contexts.set(spanId, context)
    if (contexts.size <= maxContexts) return
    for (const oldest of contexts.keys()) {
      contexts.delete(oldest)
      return
    }
  }

  return {
    started(span) {
      if (closed) return
      try {
        const twin = start(span)
        // The span of the tracer that does nothing, because none is registered.
        if (Object.getPrototypeOf(twin) === OpenTracingSpan.prototype) return
        open.set(span, twin)
        remember(span.spanId, twin.context())
      } catch {
        // It is counted when it ends.
      }
    },
    ended(span) {
      const twin = open.get(span)
      if (twin === undefined || closed) return lose()
      try {
        if (span.code !== undefined)
          twin.addTags({ [Tags.ERROR]: true, 'millrace.code': span.code, 'error.type': span.code })
        twin.finish(clock.at(span.startedMs) + span.durationMs)
      } catch {
        lose()
      }
    },
    async close() {
      closed = true
      contexts.clear()
    },
  }
}
