import type { EventEmitter, MetricSamples, Telemetry, TelemetryOwner } from '@millrace/contracts'
import type { Preflight } from '../preflight/preflight.js'
import { telemetrySettings } from './telemetry-settings.js'

/**
 * Makes the telemetry of this process.
 *
 * @param collect the metrics of all processes, in the one that sends them
 * @throws MillraceError CONFIG_INVALID
 */
export async function openTelemetry(
  { config, baseDir }: Pick<Preflight, 'config' | 'baseDir'>,
  owner: TelemetryOwner,
  events: EventEmitter,
  collect: (() => Promise<MetricSamples>) | undefined,
): Promise<Telemetry> {
  const settings = telemetrySettings(config, baseDir, process.env)
  for (const secret of Object.values(settings.otlp.headers).flatMap(secretsIn))
    events.redactor.protect(Buffer.from(secret))
  const { createTelemetry } = await import('@millrace/observability')
  return createTelemetry({ owner, settings, events, collect })
}

/**
 * A header as it is sent, and where it says by which scheme, as `Bearer` does, what stands behind that.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-credentials
 */
function secretsIn(header: string): readonly string[] {
  const [, credentials] = /^[\w-]+ +(\S+)$/.exec(header) ?? []
  return credentials === undefined ? [header] : [header, credentials]
}
