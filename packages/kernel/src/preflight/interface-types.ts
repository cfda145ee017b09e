import type { MillraceConfig } from '@millrace/config-validator'
import type { ConfigPath } from '@millrace/contracts'
import type { TypeUse } from '../graph/build-graph.js'

interface NamedExchange {
  readonly request: string
  readonly response: string
  readonly path: ConfigPath
}

/** The message types that interfaces send into the graph and take out of it, and where the configuration names them. */
export function interfaceTypes({ runtime }: MillraceConfig): {
  readonly entries: readonly TypeUse[]
  readonly replies: readonly TypeUse[]
} {
  const exchanges = runtime.web.interfaces.flatMap((face, index): readonly NamedExchange[] => {
    const path = ['runtime', 'web', 'interfaces', index]
    if (face.kind !== 'graphql') return [{ ...face, path }]
    return (['queries', 'mutations', 'subscriptions'] as const).flatMap((kind) =>
      Object.entries(face[kind]).map(([field, exchange]) => ({ ...exchange, path: [...path, kind, field] })),
    )
  })
  return {
    entries: exchanges.map(({ request, path }) => ({ type: request, path: [...path, 'request'] })),
    replies: exchanges.map(({ response, path }) => ({ type: response, path: [...path, 'response'] })),
  }
}
