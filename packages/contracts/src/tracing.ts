import type { ErrorCode } from './error-codes.js'
import type { MillraceError } from './millrace-error.js'

/** What a span is known by where something comes of it; both in W3C form. */
export interface SpanContext {
  /** 32 hex digits. */
  readonly traceId: string
  /** 16 hex digits. */
  readonly spanId: string
}

/** A span that is being recorded. */
export interface Span extends SpanContext {
  /** Ends it, with the error that it ended by, if any. Called once; what comes after that changes nothing. */
  end(error?: MillraceError): void
}

/** How a root enters the graph. */
export interface RootStart {
  /** `source`, `request` or `stream`; `nested` for the request of a handler, `retry` for a dead letter that is sent again. */
  readonly kind: 'source' | 'request' | 'stream' | 'nested' | 'retry'
  /** Name of the source, or of the message type that is sent. */
  readonly name: string
  /** The trace that it is to belong to, 32 hex digits; undefined for one of its own. */
  readonly traceId: string | undefined
  /** What it comes of: a W3C traceparent of a caller, or the span of the handler that asks; undefined for nothing. */
  readonly parent: string | SpanContext | undefined
}

/** The way of one message to another slot. */
export interface HopStart {
  /** Group names; `''` for what is outside of the graph. */
  readonly from: string
  readonly to: string
  /** Slot that it is sent to. */
  readonly peer: string
  /** Name of the message type. */
  readonly type: string
  /** The span of the sending that this one repeats, because the worker died or the link was lost. */
  readonly repeats: SpanContext | undefined
}

/**
 * Records the spans of one process: one for each root, node and hop of the roots that are traced. It is called from the hot path
 * and must not throw, wait, or keep a payload.
 *
 * @see https://www.w3.org/TR/trace-context/
 */
export interface Tracing {
  /**
   * A root enters: this alone decides whether it is traced, here and in every other process.
   *
   * @returns undefined where it is not
   */
  root(start: RootStart): Span | undefined
  /** A handler is called. @param parent what its message came of */
  node(parent: SpanContext, name: string, type: string): Span
  /** A message leaves for another slot; the span ends when all that comes of it is done, or at once for a reply. */
  hop(parent: SpanContext, hop: HopStart): Span
}

/** A span that has ended, as the live page shows it. Plain data. */
export interface SpanRecord extends SpanContext {
  /** Of its parent, 16 hex digits; undefined for the first of a trace. */
  readonly parentId: string | undefined
  readonly kind: 'root' | 'node' | 'hop'
  /** Of the source or message type, the node, or the group or slot that a hop goes to. */
  readonly name: string
  /** Slot and group of the process that recorded it. */
  readonly slot: string
  readonly group: string
  /** Wall time in milliseconds since the epoch, with fractions. */
  readonly startMs: number
  readonly durationMs: number
  /** What it ended by; undefined where it ended well. */
  readonly code: ErrorCode | undefined
  /** Spans of the same trace that this one repeats. */
  readonly repeats: readonly SpanContext[]
}

const traceparentPattern = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/

/** What a W3C traceparent says. */
export interface Traceparent extends SpanContext {
  /** Whether whoever sent it records the trace. */
  readonly sampled: boolean
}

/**
 * Reads a W3C traceparent of any version.
 *
 * @returns undefined for a malformed one, which W3C says to ignore
 */
export function readTraceparent(text: string): Traceparent | undefined {
  const match = traceparentPattern.exec(text)
  if (match === null) return undefined
  const [, traceId = '', spanId = '', flags = '00'] = match
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

/** Writes a W3C traceparent, version 00. */
export function writeTraceparent({ traceId, spanId }: SpanContext, sampled: boolean): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`
}
