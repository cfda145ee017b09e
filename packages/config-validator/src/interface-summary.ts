import type { GraphqlInterfaceConfig, InterfaceConfig, WebConfig } from './config.js'

/** Something that the web server answers. */
export interface InterfaceSummary {
  readonly kind: InterfaceConfig['kind']
  readonly name: string
  /** Null where the kind knows none: WebSocket and GraphQL. */
  readonly method: string | null
  readonly url: string
  /** What it does with messages, such as `shop.quote → shop.price`; for GraphQL one for each field. */
  readonly exchanges: readonly string[]
}

/** Every active interface with its URL, as far as the configuration knows it: a port of 0 is still open. */
export function interfaceSummaries({ server, interfaces }: WebConfig): readonly InterfaceSummary[] {
  const secure = server.tls === undefined ? '' : 's'
  const host = server.host.includes(':') ? `[${server.host}]` : server.host
  return interfaces.map((entry) => ({
    kind: entry.kind,
    name: entry.name,
    method: 'method' in entry ? entry.method : null,
    url: `${entry.kind === 'websocket' ? 'ws' : 'http'}${secure}://${host}:${server.port}${entry.path}`,
    exchanges: entry.kind === 'graphql' ? fieldsOf(entry) : [`${entry.request} → ${entry.response}`],
  }))
}

function fieldsOf({ queries, mutations, subscriptions }: GraphqlInterfaceConfig): readonly string[] {
  const roots = { query: queries, mutation: mutations, subscription: subscriptions }
  return Object.entries(roots).flatMap(([root, fields]) =>
    Object.entries(fields).map(([name, { request, response }]) => `${root} ${name}: ${request} → ${response}`),
  )
}
