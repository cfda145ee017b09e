import { type HopStart, type RootStart, readTraceparent, type SpanContext, type Tracing } from '@millrace/contracts'
import { ROOT_CONTEXT } from '@opentelemetry/api'
import { SamplingDecision, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace'
import { RecordedSpan, type SpanParts, type SpanSink } from './recorded-span.js'
import { createSpanIds } from './span-ids.js'

/**
 * Makes what records spans. A root is sampled as its parent was; without one, by its trace id, as OpenTelemetry's
 * ParentBased(TraceIdRatioBased) does. Nodes and hops are asked for with sampled parents only, so they decide nothing.
 *
 * @param sinks who hears of the spans, in this order
 */
export function createTracing(sampleRatio: number, sinks: readonly SpanSink[]): Tracing {
  const ids = createSpanIds()
  const sampler = new TraceIdRatioBasedSampler(sampleRatio)
  const early = sinks.flatMap(({ started }) => started ?? [])

  const isSampled = (traceId: string): boolean =>
    sampleRatio === 1 || sampler.shouldSample(ROOT_CONTEXT, traceId).decision === SamplingDecision.RECORD_AND_SAMPLED

  function begin(parts: SpanParts): RecordedSpan {
    const span = new RecordedSpan(parts, sinks)
    for (const started of early) started(span)
    return span
  }

  function root(start: RootStart, traceId: string, parentId: string | undefined): RecordedSpan {
    const type = start.kind === 'source' ? undefined : start.name
    const { kind: entry, name } = start
    return begin({ traceId, spanId: ids.span(), parentId, kind: 'root', name, type, entry, hop: undefined })
  }

  return {
    root(start) {
      const parent = typeof start.parent === 'string' ? readTraceparent(start.parent) : start.parent
      if (parent === undefined) {
        if (sampleRatio === 0) return undefined
        const traceId = start.traceId ?? ids.trace()
        return isSampled(traceId) ? root(start, traceId, undefined) : undefined
      }
      return 'sampled' in parent && !parent.sampled ? undefined : root(start, parent.traceId, parent.spanId)
    },
    node: ({ traceId, spanId }: SpanContext, name: string, type: string) =>
      begin({
        traceId,
        spanId: ids.span(),
        parentId: spanId,
        kind: 'node',
        name,
        type,
        entry: undefined,
        hop: undefined,
      }),
    hop: ({ traceId, spanId }: SpanContext, hop: HopStart) =>
      begin({
        traceId,
        spanId: ids.span(),
        parentId: spanId,
        kind: 'hop',
        name: hop.to === '' ? hop.peer : hop.to,
        type: hop.type,
        entry: undefined,
        hop,
      }),
  }
}
