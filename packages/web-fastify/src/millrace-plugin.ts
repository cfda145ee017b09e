import { createEventEmitter, type EventEmitter, type Ingress, type WebServerSettings } from '@millrace/contracts'
import type { FastifyInstance } from 'fastify'
import { serveSite } from './serve-site.js'

/** What the plugin is given. */
export interface MillracePluginOptions {
  /** A runtime made with `web: false`, so that it starts no server of its own. Start and stop it yourself. */
  readonly runtime: { readonly ingress: Ingress }
  /** Which pages of other origins may call. @default none */
  readonly cors?: WebServerSettings['cors']
  readonly events?: EventEmitter
  /** How many WebSockets may be open at once; further ones are answered with 503. @default 10_000 */
  readonly maxSockets?: number
}

const defaultMaxSockets = 10_000

/**
 * Fastify plugin: adds the interfaces of an application's configuration, `/openapi.json` and `/docs` to a server of your own.
 * `prefix` works as for any plugin. Hooks, errors and content types of your server are not touched.
 */
export async function millrace(app: FastifyInstance, options: MillracePluginOptions): Promise<void> {
  const { runtime, cors } = options
  let draining = false
  const site = {
    ingress: runtime.ingress,
    events: options.events ?? createEventEmitter(),
    origins: cors?.origins ?? [],
    maxSockets: options.maxSockets ?? defaultMaxSockets,
    requestIds: new Set<string>(),
    now: () => performance.now(),
    draining: () => draining,
    leaves: () => undefined,
  }
  const sockets = await serveSite(app, site, { cors, encrypted: 'encrypted' in app.server })
  app.addHook('preClose', async () => {
    draining = true
    sockets.drain()
  })
  app.addHook('onClose', async () => sockets.close())
}
