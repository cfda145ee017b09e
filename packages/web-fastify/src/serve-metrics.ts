import type { FastifyInstance } from 'fastify'
import type { Site } from './site.js'

/** Answers `/metrics` where the application has them for Prometheus and no interface has taken the path. */
export function serveMetrics(scope: FastifyInstance, { ingress }: Site): void {
  const { prometheus } = ingress
  if (prometheus === undefined || ingress.interfaces.some(({ path }) => path === '/metrics')) return
  scope.get('/metrics', async (_request, reply) => {
    const page = await prometheus()
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(page)
  })
}
