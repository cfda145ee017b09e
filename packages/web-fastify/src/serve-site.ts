import type { ServerHttp2Stream } from 'node:http2'
import cors from '@fastify/cors'
import { browserOrigin, MillraceError, type WebInterface, type WebServerSettings } from '@millrace/contracts'
import type { FastifyInstance } from 'fastify'
import { sendProblem } from './answer.js'
import { docsPage } from './docs-page.js'
import { asRefusal } from './fastify-errors.js'
import { openApi } from './open-api.js'
import { methodsOf } from './other-methods.js'
import { securityHeaders } from './security-headers.js'
import { serveInterface } from './serve-interface.js'
import { type Site, visitDecorator } from './site.js'
import { lingerAfterAnswer, resetAfterAnswer } from './unread-body.js'
import { serveWebSockets, type WebSockets } from './web-socket-interface.js'

/** How a site is served. */
export interface SiteOptions {
  readonly cors: WebServerSettings['cors']
  readonly encrypted: boolean
}

/** Adds everything that an application serves to a scope of a Fastify server. */
export async function serveSite(scope: FastifyInstance, site: Site, options: SiteOptions): Promise<WebSockets> {
  const headers = securityHeaders(options.encrypted)
  scope.decorateRequest(visitDecorator, null)
  scope.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers)
    if (site.draining() && request.raw.httpVersionMajor < 2) reply.header('connection', 'close')
    if ('stream' in reply.raw) resetAfterAnswer(reply.raw.stream as ServerHttp2Stream) // answers of HTTP/2 alone have one
    done()
  })
  scope.setErrorHandler((thrown, { raw }, reply) => {
    // Fastify closes the connection of a body that it does not take, also where there is a stream to close instead.
    if (raw.httpVersionMajor > 1) reply.removeHeader('connection')
    else if (reply.hasHeader('connection') && !raw.complete) lingerAfterAnswer(raw, reply.raw)
    sendProblem(reply, asRefusal(thrown), 'refused')
  })
  if (options.cors !== undefined) await allowOrigins(scope, site.ingress.interfaces, options.cors)
  for (const face of site.ingress.interfaces)
    await scope.register((own, _options, done) => void serveInterface(own, site, face).then(() => done(), done))
  serveDocuments(scope, site)
  const sockets = site.ingress.interfaces.filter((face) => face.kind === 'websocket')
  return serveWebSockets(scope.server, site, sockets, scope.prefix)
}

async function allowOrigins(
  scope: FastifyInstance,
  interfaces: readonly WebInterface[],
  { origins, headers, credentials }: NonNullable<SiteOptions['cors']>,
) {
  for (const origin of origins) requireOrigin(origin)
  await scope.register(cors, {
    origin: origins.includes('*') ? '*' : [...origins],
    credentials,
    methods: [...new Set(['GET', 'HEAD', 'POST', ...interfaces.flatMap(methodsOf)])],
    allowedHeaders: ['content-type', 'traceparent', 'x-request-id', ...headers],
    exposedHeaders: ['traceparent', 'x-request-id', 'retry-after'],
  })
}

/** Refuses what no browser would send as its origin. @throws MillraceError CONFIG_INVALID */
function requireOrigin(origin: string): void {
  const sent = browserOrigin(origin)
  if (sent === origin) return
  throw new MillraceError(
    'CONFIG_INVALID',
    `cors.origins: no browser sends the origin ${origin}, so it would allow no page; write ${sent}`,
  )
}

/** The description of the interfaces, for programs and for people. */
function serveDocuments(scope: FastifyInstance, { ingress }: Site): void {
  let made: { readonly json: string; readonly page: ReturnType<typeof docsPage> } | undefined
  const documents = () => {
    if (made === undefined) {
      const document = openApi(ingress, scope.prefix)
      made = { json: JSON.stringify(document), page: docsPage(document, `${scope.prefix}/openapi.json`) }
    }
    return made
  }
  const taken = new Set(ingress.interfaces.map(({ path }) => path))
  if (!taken.has('/openapi.json'))
    scope.get('/openapi.json', (_request, reply) => void reply.type('application/json').send(documents().json))
  if (!taken.has('/docs'))
    scope.get('/docs', (_request, reply) => {
      const { html, contentSecurityPolicy } = documents().page
      void reply.type('text/html; charset=utf-8').header('content-security-policy', contentSecurityPolicy).send(html)
    })
}
