import { performance } from 'node:perf_hooks'
import type { ErrorCode, HopStart, MillraceError, RootStart, Span, SpanRecord } from '@millrace/contracts'

/** Hears of spans; must not throw. */
export interface SpanSink {
  /** For those who cannot wait for its end. */
  readonly started?: (span: RecordedSpan) => void
  readonly ended: (span: RecordedSpan) => void
}

/** What is known of a span when it starts. */
export interface SpanParts {
  readonly traceId: string
  readonly spanId: string
  readonly parentId: string | undefined
  readonly kind: SpanRecord['kind']
  /** Without the kind before it. */
  readonly name: string
  /** The message type; undefined for the root of a source. */
  readonly type: string | undefined
  /** How a root entered; undefined for other spans. */
  readonly entry: RootStart['kind'] | undefined
  /** Undefined for what is no hop. */
  readonly hop: HopStart | undefined
}

/**
 * A span as it is kept until an exporter wants it. Hundreds of thousands are made in a second, and a full queue drops most of those:
 * so it holds what it was given, and attributes and time stamps in the form of OpenTelemetry are made when it is sent.
 */
export class RecordedSpan implements Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentId: string | undefined
  readonly kind: SpanRecord['kind']
  readonly name: string
  readonly type: string | undefined
  readonly entry: RootStart['kind'] | undefined
  readonly hop: HopStart | undefined
  /** A reading of the monotonic clock. */
  readonly startedMs: number
  /** Below 0 until it ends. */
  durationMs = -1
  code: ErrorCode | undefined = undefined
  readonly #sinks: readonly SpanSink[]

  constructor(parts: SpanParts, sinks: readonly SpanSink[]) {
    this.traceId = parts.traceId
    this.spanId = parts.spanId
    this.parentId = parts.parentId
    this.kind = parts.kind
    this.name = parts.name
    this.type = parts.type
    this.entry = parts.entry
    this.hop = parts.hop
    this.#sinks = sinks
    this.startedMs = performance.now()
  }

  end(error?: MillraceError): void {
    if (this.durationMs >= 0) return
    this.durationMs = performance.now() - this.startedMs
    this.code = error?.code
    for (const sink of this.#sinks) sink.ended(this)
  }
}
