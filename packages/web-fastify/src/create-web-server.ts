/**
 * The web server of an application.
 *
 * W1  It never waits for the graph: what cannot be taken is refused at once.
 * W2  Draining takes no new connection, answers what was asked, and closes each connection when it has nothing to answer.
 */
import type { EventEmitter, Ingress, WebServer, WebServerSettings } from '@millrace/contracts'
import fastify, { type FastifyInstance } from 'fastify'
import { sendProblem } from './answer.js'
import { answerClientError } from './client-errors.js'
import { asRefusal } from './fastify-errors.js'
import { createListeningServer, type ListeningServer } from './listening-server.js'
import { serveOtherMethods } from './other-methods.js'
import { refusal } from './problem.js'
import { serveHealth } from './serve-health.js'
import { serveMetrics } from './serve-metrics.js'
import { serveSite } from './serve-site.js'

/** What a server is made of. */
export interface WebServerParts {
  readonly ingress: Ingress
  readonly events: EventEmitter
}

/** Makes a server. It takes no connection before it is told to listen. */
export async function createWebServer(parts: WebServerParts, settings: WebServerSettings): Promise<WebServer> {
  const { app, listening } = createApp(settings)
  let draining = false
  const site = {
    ...parts,
    origins: settings.cors?.origins ?? [],
    maxSockets: settings.maxSockets,
    requestIds: new Set<string>(),
    now: () => performance.now(),
    draining: () => draining,
    leaves: listening.leave,
  }
  const sockets = await serveSite(app, site, { cors: settings.cors, encrypted: settings.tls !== undefined })
  serveHealth(app, site)
  serveMetrics(app, site)
  serveOtherMethods(app, parts.ingress.interfaces)
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done()
    // At once: what takes no body must not wait for one.
    sendProblem(reply, refusal('WEB_NOT_FOUND', 'nothing answers under this path'), 'refused')
  })
  await app.ready()
  return {
    listen: (socket) => listening.listen(socket),
    drain() {
      draining = true
      sockets.drain()
      return listening.drain()
    },
    async close() {
      draining = true
      sockets.close()
      listening.destroy()
      await app.close()
    },
  }
}

function createApp(settings: WebServerSettings): {
  readonly app: FastifyInstance
  readonly listening: ListeningServer
} {
  let listening: ListeningServer | undefined
  const app = fastify({
    logger: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: (thrown, _request, reply) => sendProblem(reply, asRefusal(thrown), 'refused'),
    routerOptions: { maxParamLength: 512 },
    return503OnClosing: false,
    // A worker's start has a deadline of its own; a busy machine may take longer than Fastify's to import GraphQL.
    pluginTimeout: 0,
    serverFactory: (handler) => {
      listening = createListeningServer(settings, handler)
      return listening.server
    },
  })
  if (listening === undefined) throw new RangeError('Fastify has made no server')
  return { app, listening }
}
