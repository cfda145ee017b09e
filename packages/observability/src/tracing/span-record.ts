import type { SpanRecord, TelemetryOwner } from '@millrace/contracts'
import type { RecordedSpan } from './recorded-span.js'
import type { Clean } from './span-description.js'
import type { WallClock } from './wall-clock.js'

/** A span as plain data. */
export function spanRecord(
  span: RecordedSpan,
  { slot, group }: TelemetryOwner,
  clock: WallClock,
  clean: Clean,
): SpanRecord {
  const { traceId, spanId, parentId, kind, durationMs, code, hop } = span
  return {
    traceId,
    spanId,
    parentId,
    kind,
    name: clean(span.name),
    slot,
    group,
    startMs: clock.at(span.startedMs),
    durationMs,
    code,
    repeats: hop?.repeats === undefined ? [] : [{ traceId: hop.repeats.traceId, spanId: hop.repeats.spanId }],
  }
}
