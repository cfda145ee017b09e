import { resolve } from 'node:path'
import type { MillraceConfig } from '@millrace/config-validator'
import { MillraceError, type TelemetrySettings } from '@millrace/contracts'

/** How many spans each process keeps for the live page. */
const keptSpans = 4096

/** Whether spans are recorded at all: then every process has telemetry. */
export function records({ runtime }: MillraceConfig): boolean {
  const { tracing, console: page } = runtime.observability
  return tracing.exporters.length > 0 || page
}

/** Whether log lines are written of everything, down to the batches of records on each link. */
export function logsAll({ runtime }: MillraceConfig): boolean {
  const { exporters, level } = runtime.observability.logging
  return exporters.length > 0 && level === 'debug'
}

/** Whether anybody looks at metrics all the time. */
export function isCounted({ runtime }: MillraceConfig): boolean {
  const { metrics, console: page } = runtime.observability
  return metrics.exporters.length > 0 || page
}

/** Whether the web server answers `/metrics`. */
export function servesMetrics({ runtime }: MillraceConfig): boolean {
  const { exporters, port } = runtime.observability.metrics
  return exporters.includes('prometheus') && port === undefined
}

/**
 * Where telemetry goes, by the configuration.
 *
 * @throws MillraceError CONFIG_INVALID when a variable that it names is not set, or is no list of headers
 */
export function telemetrySettings(
  { runtime }: MillraceConfig,
  baseDir: string,
  env: NodeJS.ProcessEnv,
): TelemetrySettings {
  const { tracing, metrics, logging, otlp, jsonl, console: page } = runtime.observability
  return {
    tracing: { exporters: tracing.exporters, sampleRatio: tracing.sample_ratio },
    metrics: { exporters: metrics.exporters, intervalMs: metrics.interval_seconds * 1000 },
    logging: { exporters: logging.exporters, level: logging.level, lifecycle: logging.lifecycle_events },
    otlp: {
      endpoint: otlp.endpoint.replace(/\/+$/, ''),
      protocol: otlp.protocol,
      headers: { ...otlp.headers, ...headersOf(otlp.headers_env, env) },
      timeoutMs: otlp.timeout_seconds * 1000,
    },
    jsonlPath: resolve(baseDir, jsonl.path),
    keptSpans: page ? keptSpans : 0,
  }
}

/** @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables */
function headersOf(variable: string | undefined, env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  if (variable === undefined) return {}
  const list = env[variable]
  const where = `runtime.observability.otlp.headers_env names the environment variable ${variable}`
  if (list === undefined) throw new MillraceError('CONFIG_INVALID', `${where}, which is not set`)
  try {
    return Object.fromEntries(
      list
        .split(',')
        .filter((pair) => pair.trim() !== '')
        .map(headerOf),
    )
  } catch {
    throw new MillraceError('CONFIG_INVALID', `${where}; it must be a list such as name=value,other=value`)
  }
}

/** @throws URIError, RangeError where it is no pair */
function headerOf(pair: string): readonly [name: string, value: string] {
  const [name = '', ...value] = pair.split('=')
  if (name.trim() === '' || value.length === 0) throw new RangeError('no pair')
  return [name.trim(), decodeURIComponent(value.join('=').trim())]
}
