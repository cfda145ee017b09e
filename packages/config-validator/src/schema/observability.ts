import { Type } from '@millrace/contracts'
import type { TSchema } from 'typebox'
import { environmentName, flag, oneOf, optional, seconds, settings, someOf, text } from './fields.js'

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
      description: 'A port of its own on loopback for /metrics; without it the web server answers /metrics.',
    }),
  ),
  interval_seconds: seconds('How often metrics are sent by the exporters that send them.', 10),
})

const otlp = settings('OTLP', 'Where the exporters named otel_otlp send to.', {
  endpoint: text('Base URL of the receiver; /v1/traces, /v1/metrics and /v1/logs are below it.', {
    pattern: '^https?://[^/?#@]+(/[^?#]*)?$',
    patternErrorMessage:
      'must be a URL such as http://127.0.0.1:4318, without a user or a password, which headers_env may hold',
    default: 'http://127.0.0.1:4318',
  }),
  protocol: oneOf(['http/protobuf', 'http/json'], 'How telemetry is encoded.', { default: 'http/protobuf' }),
  headers: Type.Record(Type.String(), Type.String(), {
    description: 'Sent with every request, by name.',
    default: {},
  }),
  headers_env: optional(
    environmentName(
      'An environment variable with more headers, as OpenTelemetry writes them: name=value, separated by commas, percent-encoded. The place for keys.',
    ),
  ),
  timeout_seconds: seconds('How long a request may take.', 10),
})

const jsonl = settings('JSON lines', 'Where the exporters named jsonl write to.', {
  path: text(
    'The file that lines are appended to; a relative path starts at the folder of the first configuration file.',
    {
      default: 'telemetry.jsonl',
    },
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
  otlp,
  jsonl,
  console: flag('True to serve the live page.', false),
})
