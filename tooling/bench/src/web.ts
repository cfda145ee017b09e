import type { Bench } from './harness/bench.js'
import { webRoutes } from './measurements/web-routes.js'

/** A request over HTTP and its reply, with and without a worker behind, beside plain Fastify and other frameworks. */
export const web: Bench = {
  name: 'web',
  about: 'a route over HTTP, in one process and over a worker, beside plain Fastify and other frameworks',
  parts: [webRoutes],
}
