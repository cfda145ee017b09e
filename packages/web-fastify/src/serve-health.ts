import type { FastifyInstance } from 'fastify'
import type { Site } from './site.js'

/** Answers whether the server lives, and whether it should be sent requests. */
export function serveHealth(scope: FastifyInstance, site: Site): void {
  scope.get('/health/live', (_request, reply) => void reply.send({ status: 'live' }))
  scope.get('/health/ready', (_request, reply) => {
    const ready = !site.draining() && site.ingress.ready()
    if (ready) void reply.send({ status: 'ready' })
    else
      void reply
        .code(503)
        .header('retry-after', '1')
        .send({ status: site.draining() ? 'draining' : 'not_ready' })
  })
}
