import type { MessageType, RootStart, Span, Tracing } from '@millrace/contracts'

/** What a caller says of the trace that its request belongs to. */
export interface CallersTrace {
  readonly traceId?: string | undefined
  readonly traceparent?: string | undefined
}

/** The span of a root that somebody outside of the graph sends; undefined where it is not traced. */
export function rootSpan(
  tracing: Tracing | undefined,
  kind: RootStart['kind'],
  { name }: MessageType,
  { traceId, traceparent }: CallersTrace,
): Span | undefined {
  return tracing?.root({ kind, name, traceId, parent: traceparent })
}
