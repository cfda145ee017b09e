import cors from '@fastify/cors'
import type { WebServerSettings } from '@millrace/contracts'
import type { FastifyInstance } from 'fastify'
import { sendProblem } from './answer.js'
import { docsPage } from './docs-page.js'
import { asRefusal } from './fastify-errors.js'
import { openApi } from './open-api.js'
import { securityHeaders } from './security-headers.js'
import { serveInterface } from './serve-interface.js'
import { type Site, visitDecorator } from './site.js'
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
    done()
  })
  scope.setErrorHandler((thrown, _request, reply) => sendProblem(reply, asRefusal(thrown), 'refused'))
  if (options.cors !== undefined) await allowOrigins(scope, options.cors)
  for (const face of site.ingress.interfaces)
    await scope.register((own, _options, done) => void serveInterface(own, site, face).then(() => done(), done))
  serveDocuments(scope, site)
  const sockets = site.ingress.interfaces.filter((face) => face.kind === 'websocket')
  return serveWebSockets(scope.server, site, sockets, scope.prefix)
}

async function allowOrigins(
  scope: FastifyInstance,
  { origins, headers, credentials }: NonNullable<SiteOptions['cors']>,
) {
  await scope.register(cors, {
    origin: origins.includes('*') ? '*' : [...origins],
    credentials,
    allowedHeaders: ['content-type', 'traceparent', 'x-request-id', ...headers],
    exposedHeaders: ['traceparent', 'x-request-id', 'retry-after'],
  })
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
