import {
  type Console,
  type ConsoleSource,
  type EventEmitter,
  type MetricSamples,
  MillraceError,
  type Telemetry,
  type TelemetryOwner,
} from '@millrace/contracts'
import type { Preflight } from '../preflight/preflight.js'
import { type MetricsServer, serveMetrics } from './metrics-server.js'
import { openTelemetry } from './open-telemetry.js'

/**
 * What looks over a whole application, in the process that supervises it or in which all of it runs: telemetry, the port for
 * metrics, the live page.
 */
export class Oversight {
  readonly telemetry: Telemetry
  readonly #settings: Preflight['config']['runtime']['observability']
  readonly #source: () => ConsoleSource
  #server: MetricsServer | undefined
  #console: Console | undefined
  #page: Promise<string> | undefined
  #begun = false

  private constructor({ config }: Preflight, telemetry: Telemetry, source: () => ConsoleSource) {
    this.telemetry = telemetry
    this.#settings = config.runtime.observability
    this.#source = source
  }

  /**
   * Opens what the configuration asks for; nothing is served yet.
   *
   * @returns undefined where it asks for nothing
   * @throws MillraceError CONFIG_INVALID
   */
  static async open(
    preflight: Preflight,
    owner: TelemetryOwner,
    events: EventEmitter,
    source: () => ConsoleSource,
  ): Promise<Oversight | undefined> {
    const { tracing, metrics, logging, console: page } = preflight.config.runtime.observability
    const exporters = tracing.exporters.length + metrics.exporters.length + logging.exporters.length
    if (exporters === 0 && !page) return undefined
    // Telemetry begins to send while the runtime is being made, of which there is nothing to collect yet.
    const collect = async (): Promise<MetricSamples> =>
      oversight === undefined || !oversight.#begun ? [] : source().metrics()
    let oversight: Oversight | undefined
    oversight = new Oversight(preflight, await openTelemetry(preflight, owner, events, collect), source)
    return oversight
  }

  /** Serves what is to be served. @throws MillraceError BOOT_START_FAILED when a port cannot be had */
  async start(): Promise<void> {
    this.#begun = true
    const { metrics, console: page } = this.#settings
    if (metrics.exporters.includes('prometheus') && metrics.port !== undefined)
      this.#server = await serveMetrics(metrics.port, () => this.prometheus())
    if (page) {
      const { createConsole } = await import('@millrace/console')
      this.#console = await createConsole(this.#source())
    }
  }

  /** The metrics of all processes, as Prometheus reads them. Whoever asks while they are being collected gets the same. */
  prometheus(): Promise<string> {
    this.#page ??= this.#collect().finally(() => {
      this.#page = undefined
    })
    return this.#page
  }

  async #collect(): Promise<string> {
    return this.telemetry.prometheus(await this.#source().metrics())
  }

  get console(): Console | undefined {
    return this.#console
  }

  /** Ends all of it; what has not been sent is sent, within two seconds. */
  async close(): Promise<void> {
    await Promise.all([this.#server?.close(), this.#console?.close()])
    await this.telemetry.close()
  }
}

/** A link that opens the live page once. @throws MillraceError CONTROL_UNAVAILABLE where there is none */
export function linkOf(oversight: Oversight | undefined): string {
  if (oversight?.console !== undefined) return oversight.console.link()
  throw new MillraceError(
    'CONTROL_UNAVAILABLE',
    'the application serves no live page; set runtime.observability.console: true, and install @millrace/console',
  )
}
