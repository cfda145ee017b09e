import { createEventEmitter, type Telemetry, type TelemetryParts, type TelemetrySettings } from '@millrace/contracts'
import { createTelemetry } from '../src/index.js'

const none: TelemetrySettings = {
  tracing: { exporters: [], sampleRatio: 1 },
  metrics: { exporters: [], intervalMs: 10_000 },
  logging: { exporters: [], level: 'info', lifecycle: false },
  otlp: { endpoint: 'http://127.0.0.1:9', protocol: 'http/protobuf', headers: {}, timeoutMs: 10_000 },
  jsonlPath: '/nonexistent/telemetry.jsonl',
  keptSpans: 0,
}

/** Parts of the telemetry of one worker that exports nothing but what `settings` say. */
export function telemetryParts(
  settings: Partial<TelemetrySettings> = {},
  parts: Partial<Omit<TelemetryParts, 'settings'>> = {},
): TelemetryParts {
  return {
    owner: { scenario: 'shop', group: 'pricing', slot: 'pricing#1', incarnation: 2, run: 'ab'.repeat(16) },
    settings: { ...none, ...settings },
    events: createEventEmitter(),
    collect: undefined,
    ...parts,
  }
}

/** Telemetry that has all the time that a busy machine needs to close; for receivers that do their work. */
export function patientTelemetry(parts: TelemetryParts): Telemetry {
  return createTelemetry(parts, 50_000)
}
