import type { AskOptions, Exchange, GraphqlInterface } from '@millrace/contracts'
import { isMillraceError, JsonText, MillraceError } from '@millrace/contracts'
import type * as Graphql from 'graphql'
import { graphqlPayload } from './graphql-payload.js'
import { GraphqlTypes } from './graphql-types.js'
import { problemOf } from './problem.js'
import type { Place } from './statuses.js'
import type { Trace } from './traceparent.js'

/** What resolvers learn of the request that they belong to. */
export interface GraphqlContext {
  readonly trace: Trace
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal
  /** Takes what one field costs. @returns the refusal where its client has none left */
  spend(): Error | undefined
}

type Fields = Graphql.GraphQLFieldConfigMap<unknown, GraphqlContext>

/**
 * Makes the schema of an interface: a field for each of its exchanges.
 *
 * @throws MillraceError CONFIG_INVALID where GraphQL allows no such schema
 */
export function graphqlSchema(graphql: typeof Graphql, face: GraphqlInterface): Graphql.GraphQLSchema {
  try {
    const schema = makeSchema(graphql, face)
    graphql.assertValidSchema(schema)
    return schema
  } catch (cause) {
    throw noSchema(face, cause as Error) // the library and this package throw errors and nothing else
  }
}

function noSchema({ name }: GraphqlInterface, cause: Error): MillraceError {
  const why = isMillraceError(cause) ? cause.message.slice(cause.code.length + 2) : cause.message
  const says = `runtime.web.interfaces: the types of ${name} cannot be described in GraphQL: ${why}`
  return new MillraceError('CONFIG_INVALID', says, { cause })
}

function makeSchema(graphql: typeof Graphql, face: GraphqlInterface): Graphql.GraphQLSchema {
  const { GraphQLObjectType, GraphQLSchema, GraphQLString } = graphql
  const types = new GraphqlTypes(graphql)
  const { timeoutMs } = face.policies
  const ask = (exchange: Exchange) => asker(graphql, exchange, timeoutMs)
  const stream = (exchange: Exchange) => streamer(graphql, exchange, timeoutMs)
  const root = (name: string, exchanges: GraphqlInterface['queries'], wire: typeof ask | typeof stream) => {
    const fields = Object.entries(exchanges).map(([field, exchange]) => [
      field,
      fieldOf(types, exchange, wire(exchange)),
    ])
    return fields.length === 0
      ? undefined
      : new GraphQLObjectType({ name, fields: Object.fromEntries(fields) as Fields }) // of pairs, as above
  }
  // GraphQL demands a query type of every schema.
  const empty = new GraphQLObjectType({
    name: 'Query',
    fields: { application: { type: GraphQLString, resolve: () => face.name } },
  })
  return new GraphQLSchema({
    query: root('Query', face.queries, ask) ?? empty,
    mutation: root('Mutation', face.mutations, ask) ?? null,
    subscription: root('Subscription', face.subscriptions, stream) ?? null,
  })
}

type Wiring = Pick<Graphql.GraphQLFieldConfig<unknown, GraphqlContext>, 'resolve' | 'subscribe'>

function fieldOf(types: GraphqlTypes, exchange: Exchange, wiring: Wiring): Fields[string] {
  const { request, response } = exchange
  return {
    description: `${request.name} → ${response.name}`,
    args: types.args(request.name, exchange.requestSchema),
    type: types.output(response.name, exchange.responseSchema),
    ...wiring,
  }
}

function asker(graphql: typeof Graphql, exchange: Exchange, timeoutMs: number): Wiring {
  const payloadOf = graphqlPayload(exchange)
  const options = asking(timeoutMs)
  return {
    async resolve(_source, args, context) {
      const { trace, signal } = context
      const asked = refusing(graphql, context, () => exchange.ask(payloadOf(args), options(trace)))
      signal.addEventListener('abort', asked.cancel, { once: true })
      try {
        return parsedReply(await asked.reply)
      } catch (failed) {
        throw graphqlError(graphql, failed, 'failed')
      } finally {
        signal.removeEventListener('abort', asked.cancel)
      }
    },
  }
}

function streamer(graphql: typeof Graphql, exchange: Exchange, timeoutMs: number): Wiring {
  const payloadOf = graphqlPayload(exchange)
  const options = asking(timeoutMs)
  return {
    subscribe: (_source, args, context) => {
      const { trace, signal } = context
      const items = refusing(graphql, context, () => exchange.stream(payloadOf(args), options(trace)))
      signal.addEventListener('abort', () => void items.return?.(), { once: true })
      return withGraphqlErrors(graphql, items)
    },
    resolve: (item) => parsedReply(item),
  }
}

/** How each question of an interface is asked. */
function asking(timeoutMs: number): (trace: Trace) => AskOptions {
  return ({ id, parent }) => ({ timeoutMs, traceId: id, traceparent: parent })
}

async function* withGraphqlErrors(
  graphql: typeof Graphql,
  items: AsyncIterableIterator<unknown>,
): AsyncGenerator<unknown, void, undefined> {
  try {
    yield* items
  } catch (failed) {
    throw graphqlError(graphql, failed, 'failed')
  }
}

function refusing<Value>(graphql: typeof Graphql, context: GraphqlContext, attempt: () => Value): Value {
  const spent = context.spend()
  if (spent !== undefined) throw graphqlError(graphql, spent, 'refused')
  try {
    return attempt()
  } catch (refused) {
    throw graphqlError(graphql, refused, 'refused')
  }
}

/** Says what problem details say, and no more. */
function graphqlError({ GraphQLError }: typeof Graphql, thrown: unknown, place: Place): Graphql.GraphQLError {
  const { title, code, status, errors } = problemOf(thrown, place)
  return new GraphQLError(title, { extensions: { code, status, ...(errors === undefined ? {} : { errors }) } })
}

/** Here a reply is looked into: a client may want a part of it. */
function parsedReply(reply: unknown): unknown {
  if (reply instanceof JsonText) return JSON.parse(reply.text) as unknown
  return reply instanceof Uint8Array ? Buffer.from(reply).toString('base64') : reply
}
