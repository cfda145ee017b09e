import type { EventEmitter } from './event-emitter.js'
import type { MetricSamples } from './metrics.js'
import type { SpanRecord, Tracing } from './tracing.js'

/** Whose telemetry it is. */
export interface TelemetryOwner {
  /** Name of the application. */
  readonly scenario: string
  /** `''` for a process that supervises and runs no node. */
  readonly group: string
  readonly slot: string
  readonly incarnation: number
  /** Names this run, 32 hex digits. */
  readonly run: string
}

/** Where OTLP goes. */
export interface OtlpSettings {
  /** Base URL; `/v1/traces`, `/v1/metrics` and `/v1/logs` are below it. */
  readonly endpoint: string
  readonly protocol: 'http/protobuf' | 'http/json'
  /** By name; every value is taken for a secret. */
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

/** Where telemetry goes: names of exporters are those of the configuration. */
export interface TelemetrySettings {
  readonly tracing: { readonly exporters: readonly TraceExporterName[]; readonly sampleRatio: number }
  readonly metrics: { readonly exporters: readonly MetricExporterName[]; readonly intervalMs: number }
  readonly logging: {
    readonly exporters: readonly LogExporterName[]
    readonly level: 'debug' | 'info' | 'warn' | 'error'
    /** Whether changes of phase are logged too. */
    readonly lifecycle: boolean
  }
  readonly otlp: OtlpSettings
  /** The file that `jsonl` appends to, absolute. */
  readonly jsonlPath: string
  /** How many ended spans are kept for {@link Telemetry.spansOf}; 0 for none. */
  readonly keptSpans: number
}

/** Where spans can go. */
export type TraceExporterName = 'otel_otlp' | 'opentracing_bridge' | 'jsonl' | 'stdout'
/** Where metrics can go; `prometheus` is asked for them and sends nothing. */
export type MetricExporterName = 'prometheus' | 'otel_otlp' | 'jsonl' | 'stdout'
/** Where log lines can go. */
export type LogExporterName = 'stdout' | 'jsonl' | 'otel_otlp'

/** What telemetry is made of. */
export interface TelemetryParts {
  readonly owner: TelemetryOwner
  readonly settings: TelemetrySettings
  /** `exporter.dropped` goes out here; log lines are made of what comes out. Its redactor cleans whatever leaves. */
  readonly events: EventEmitter
  /**
   * The metrics of all processes, for the one process that exports metrics and log lines; undefined in the others, which export
   * their spans alone.
   */
  readonly collect: (() => Promise<MetricSamples>) | undefined
}

/** The telemetry of one process. Whatever happens to an exporter, nothing here throws, and nothing waits but `close`. */
export interface Telemetry {
  /** Undefined where no span is recorded. */
  readonly tracing: Tracing | undefined
  /** How many items each exporter has lost since the start, by its name. */
  dropped(): Readonly<Record<string, number>>
  /** The spans that are kept of a trace, in the order of their start. */
  spansOf(traceId: string): readonly SpanRecord[]
  /** Metrics in the text format of Prometheus, version 0.0.4. */
  prometheus(samples: MetricSamples): string
  /**
   * The application ends soon: what there is is sent without waiting for more, and the two seconds that `close` has begin now, so that
   * processes which are closed one after the other do not have them one after the other.
   */
  ending(): void
  /** Sends what is left, within two seconds, and ends. May be called more than once. */
  close(): Promise<void>
}
