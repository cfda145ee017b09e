import {
  type Authenticate,
  authenticateToken,
  type Facts,
  type Ingress,
  isMillraceError,
  type WebServer,
} from '@millrace/contracts'
import { openWebServer } from '../web/open-web-server.js'
import { serverUrl } from '../web/server-url.js'
import type { Requests } from './requests.js'
import { RuntimeIngress } from './runtime-ingress.js'
import type { RuntimeParts } from './working.js'

/** What serving the web needs. */
export interface WebServingParts
  extends Pick<RuntimeParts, 'preflight' | 'events' | 'container' | 'prometheus' | 'web'> {
  /** Whoever takes requests now. @throws MillraceError BOOT_NOT_READY, SHUTTING_DOWN */
  readonly requests: () => Requests
  readonly ready: () => boolean
}

/** The way in for the web: what any server can be put in front of, and the server that runs in this process, where one does. */
export class WebServing {
  readonly #parts: WebServingParts
  #ingress: Ingress | undefined
  #server: WebServer | undefined
  #url: string | undefined

  constructor(parts: WebServingParts) {
    this.#parts = parts
  }

  get ingress(): Ingress {
    this.#ingress ??= new RuntimeIngress({
      preflight: this.#parts.preflight,
      requests: this.#parts.requests,
      ready: this.#parts.ready,
      authenticate: () => this.#authenticate(),
      prometheus: this.#parts.prometheus,
    })
    return this.#ingress
  }

  /** Where the server listens; undefined where there is none, or before it does. */
  get url(): string | undefined {
    return this.#url
  }

  /**
   * Makes the server. One with a socket of its own listens now, so that a port that is taken keeps the runtime from starting.
   *
   * @throws MillraceError BOOT_START_FAILED, CONFIG_UNREADABLE, PACKAGE_MISSING
   */
  async open(): Promise<void> {
    const { web, preflight, events } = this.#parts
    if (web === undefined) return
    this.#server = await openWebServer(preflight, this.ingress, events)
    if (web.socket === undefined) await this.#listen(undefined)
  }

  /** Work is taken: a server that was given its socket takes connections. */
  begin(): void {
    const socket = this.#parts.web?.socket
    if (socket !== undefined) void this.#listen(socket)
  }

  /** Takes no new connections. Resolves when those that there are have ended. */
  async drain(): Promise<void> {
    await this.#server?.drain()
  }

  async close(): Promise<void> {
    await this.#server?.close()
  }

  async #listen(socket: unknown): Promise<void> {
    const { preflight, events } = this.#parts
    const port = await this.#server?.listen(socket)
    if (port === undefined) return
    this.#url = serverUrl(preflight.config.runtime.web.server, port)
    events.emit('web.listening', { url: this.#url, ...this.#documentation(this.#url) })
  }

  /** An interface may have taken the path that the documentation would stand at. */
  #documentation(url: string): Facts {
    const path = '/docs'
    return this.ingress.interfaces.some((face) => face.path === path) ? {} : { documentation: `${url}${path}` }
  }

  #authenticate(): Authenticate | undefined {
    try {
      return this.#parts.container.get(authenticateToken)
    } catch (thrown) {
      if (isMillraceError(thrown) && thrown.code === 'DI_MISSING') return undefined
      throw thrown
    }
  }
}
