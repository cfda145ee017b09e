import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Shown } from './find-leaks.js'

/** How often metrics are asked for, in milliseconds. */
const everyMs = 50
/** A process that stands still answers when it goes on, or never. */
const scrapeMs = 5000

/** Receives what an application sends by OTLP, and asks for its metrics again and again. */
export class Onlooker {
  readonly #received: Shown[] = []
  readonly #looks = new Set<() => void>()
  readonly #receiver: Server
  readonly #port: number
  readonly #end = new AbortController()
  readonly #scraping: Promise<void>

  private constructor(receiver: Server, port: number) {
    this.#receiver = receiver.on('request', (request, response) => {
      this.#keep(request).then(
        () => response.writeHead(200).end(),
        () => response.destroy(),
      )
    })
    this.#port = port
    this.#scraping = this.#scrapeOnAndOn()
  }

  static async open(): Promise<Onlooker> {
    const receiver = createServer().listen(0, '127.0.0.1')
    await once(receiver, 'listening')
    return new Onlooker(receiver, await freePort())
  }

  /**
   * What makes an application tell all it has to tell, to every exporter there is: `runtime.observability`.
   *
   * @param path of the file for lines
   */
  settings(path: string): object {
    return {
      tracing: { exporters: ['otel_otlp', 'opentracing_bridge', 'jsonl', 'stdout'] },
      metrics: { exporters: ['prometheus', 'otel_otlp', 'jsonl', 'stdout'], port: this.#port, interval_seconds: 0.1 },
      logging: { exporters: ['otel_otlp', 'jsonl', 'stdout'], level: 'debug', lifecycle_events: true },
      otlp: { endpoint: `http://127.0.0.1:${portOf(this.#receiver)}`, headers_env: 'OTLP_HEADERS' },
      jsonl: { path },
    }
  }

  /** All that has come, whole request bodies and whole pages. */
  shown(): readonly Shown[] {
    return this.#received
  }

  /** Resolves when something has come that holds a text. */
  async received(where: string, text: string): Promise<void> {
    const isThere = (): boolean => this.#received.some((one) => one.where === where && one.bytes.includes(text))
    if (isThere()) return
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (isThere()) resolve()
      }
      this.#looks.add(look)
    })
  }

  async close(): Promise<void> {
    this.#end.abort()
    this.#receiver.closeAllConnections()
    this.#receiver.close()
    await this.#scraping
  }

  async #keep(request: IncomingMessage): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer) // no encoding is set
    if (request.headers['content-encoding'] !== undefined) throw new Error('what is packed cannot be looked through')
    this.#take({ where: `OTLP ${request.url}`, bytes: Buffer.concat(pieces) })
  }

  #take(shown: Shown): void {
    this.#received.push(shown)
    for (const look of this.#looks) look()
  }

  async #scrapeOnAndOn(): Promise<void> {
    const { signal } = this.#end
    while (!signal.aborted) {
      try {
        const response = await fetch(`http://127.0.0.1:${this.#port}/metrics`, {
          signal: AbortSignal.any([signal, AbortSignal.timeout(scrapeMs)]),
        })
        this.#take({ where: '/metrics', bytes: Buffer.from(await response.arrayBuffer()) })
      } catch {
        // The application is not there, not yet or not any more.
      }
      await new Promise((resolve) => setTimeout(resolve, everyMs))
    }
  }
}

/** A port of loopback that was free just now: an application cannot be asked which one it took. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = portOf(server)
  server.close()
  await once(server, 'close')
  return port
}

function portOf(server: Server): number {
  const { port } = server.address() as AddressInfo // it listens on TCP
  return port
}
