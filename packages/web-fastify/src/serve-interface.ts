import type { WebInterface } from '@millrace/contracts'
import type { FastifyInstance } from 'fastify'
import { serveGraphql } from './graphql-interface.js'
import { serveHttp } from './http-interface.js'
import { serveHttpStream } from './http-stream-interface.js'
import type { Site } from './site.js'

/** Adds the routes of one interface to a scope of its own. WebSockets have none: they are upgrades. */
export async function serveInterface(scope: FastifyInstance, site: Site, face: WebInterface): Promise<void> {
  if (face.kind === 'http') serveHttp(scope, site, face)
  else if (face.kind === 'http_stream') serveHttpStream(scope, site, face)
  else if (face.kind === 'graphql') await serveGraphql(scope, site, face)
}
