import type { WebsocketInterfaceConfig } from '../config.js'
import { items } from '../draft.js'
import type { Mistake } from '../finding.js'
import type { Rule } from '../rule.js'

const socketsAreReached: Rule = function* (config): Iterable<Mistake> {
  const { server, interfaces } = config.runtime?.web ?? {}
  if (server?.http2 !== 'h2c') return
  for (const [index, { kind }] of items<WebsocketInterfaceConfig>(interfaces).entries())
    if (kind === 'websocket')
      yield {
        path: ['runtime', 'web', 'interfaces', index, 'kind'],
        message:
          'is websocket, which nobody can reach while runtime.web.server.http2 is h2c: WebSockets are connections of HTTP/1.1; set http2 to off or tls, or take the interface away',
      }
}

/** Rules about WebSockets. */
export const socketRules: readonly Rule[] = [socketsAreReached]
