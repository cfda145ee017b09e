import { type TSchema, Type } from 'typebox'
import { flag, oneOf, optional, settings, someOf } from './fields.js'

const tracing = settings('Tracing', 'Spans of roots, nodes and hops. Off without an exporter.', {
  exporters: someOf(['otel_otlp', 'opentracing_bridge', 'jsonl', 'stdout'], 'Where spans go.'),
  sample_ratio: Type.Number({
    minimum: 0,
    maximum: 1,
    description: 'Which share of the roots is traced.',
    default: 1,
  }),
})

const metrics = settings('Metrics', 'Counters and histograms. Off without an exporter.', {
  exporters: someOf(['prometheus', 'otel_otlp', 'jsonl', 'stdout'], 'Where metrics go.'),
  port: optional(
    Type.Integer({
      minimum: 1,
      maximum: 65_535,
      description: 'A port of its own for /metrics; without it the web server answers /metrics.',
    }),
  ),
})

const logging = settings('Logging', 'Log lines and events. Off without an exporter.', {
  level: oneOf(['debug', 'info', 'warn', 'error'], 'The least important level that is written.', { default: 'info' }),
  exporters: someOf(['stdout', 'jsonl', 'otel_otlp'], 'Where log lines go.'),
  lifecycle_events: flag('True to log also every change of phase of runtime and workers.', false),
})

/** Schema of `runtime.observability`. */
export const observability: TSchema = settings('Observability', 'What is told about a running application.', {
  tracing,
  metrics,
  logging,
  console: flag('True to serve the live page.', false),
})
