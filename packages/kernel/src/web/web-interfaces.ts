import type { InterfaceConfig, MillraceConfig } from '@millrace/config-validator'
import type { Exchange, InterfacePolicies, WebInterface } from '@millrace/contracts'

/** The message types of a request and its reply, by name, as something that can be asked. */
export type ExchangeOf = (request: string, response: string) => Exchange

type Fields = Readonly<Record<string, { readonly request: string; readonly response: string }>>

/** The interfaces of a configuration, in its order. */
export function webInterfaces({ runtime }: MillraceConfig, exchangeOf: ExchangeOf): readonly WebInterface[] {
  return runtime.web.interfaces.map((face) => webInterface(face, exchangeOf))
}

function webInterface(face: InterfaceConfig, exchangeOf: ExchangeOf): WebInterface {
  const { name, path } = face
  const common = { name, path, policies: policiesOf(face) }
  if (face.kind === 'graphql') {
    const fields = (map: Fields): Readonly<Record<string, Exchange>> =>
      Object.fromEntries(Object.entries(map).map(([field, of]) => [field, exchangeOf(of.request, of.response)]))
    const { kind, queries, mutations, subscriptions } = face
    return {
      ...common,
      kind,
      queries: fields(queries),
      mutations: fields(mutations),
      subscriptions: fields(subscriptions),
    }
  }
  const exchange = exchangeOf(face.request, face.response)
  const { binds } = face
  if (face.kind === 'websocket') return { ...common, kind: face.kind, binds, exchange }
  const { method } = face
  if (face.kind === 'http') return { ...common, kind: face.kind, method, binds, exchange }
  return { ...common, kind: face.kind, method, binds, exchange, longLines: face.long_lines }
}

function policiesOf({ policies }: InterfaceConfig): InterfacePolicies {
  const { timeout_ms: timeoutMs, rate_limit: limit, request_size_bytes: requestBytes } = policies
  const rateLimit = limit === undefined ? undefined : { requests: limit.requests, periodMs: limit.per_seconds * 1000 }
  return { timeoutMs, requestBytes, rateLimit }
}
