import type { RecordedSpan, SpanSink } from './recorded-span.js'

/** The spans that ended last. */
export interface KeptSpans extends SpanSink {
  /** Those of one trace, in the order of their start. */
  of(traceId: string): readonly RecordedSpan[]
}

/** Keeps as many spans as are told; the oldest make room. */
export function createKeptSpans(capacity: number): KeptSpans {
  const ring: RecordedSpan[] = []
  let next = 0
  return {
    ended(span) {
      ring[next] = span
      next = (next + 1) % capacity
    },
    of: (traceId) =>
      ring.filter((span) => span.traceId === traceId).sort((one, other) => one.startedMs - other.startedMs),
  }
}
