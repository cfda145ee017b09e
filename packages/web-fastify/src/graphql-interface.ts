/**
 * GraphQL over HTTP: queries and mutations as JSON, subscriptions as server-sent events.
 *
 * @see https://graphql.github.io/graphql-over-http/draft/
 */
import { setMaxListeners } from 'node:events'
import type { GraphqlInterface } from '@millrace/contracts'
import { MillraceError } from '@millrace/contracts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type * as Graphql from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { addRawParser } from './body-parsers.js'
import { graphqlLimits, limitsRule } from './graphql-limits.js'
import { type GraphqlContext, graphqlSchema } from './graphql-schema.js'
import { clientOf, createGuard, limiterOf, spentBy } from './guard.js'
import { parseJson, parseJsonText } from './json-body.js'
import { problemOf } from './problem.js'
import { type Site, visitOf } from './site.js'
import { cutOff, StreamWriter } from './stream-writer.js'

/** Serves the fields of an interface. @throws MillraceError PACKAGE_MISSING, CONFIG_INVALID */
export async function serveGraphql(scope: FastifyInstance, site: Site, face: GraphqlInterface): Promise<void> {
  const { graphql, yoga } = await graphqlPackages()
  const development = process.env.NODE_ENV === 'development'
  const endpoint = `${scope.prefix}${face.path}`
  const server = yoga.createYoga<GraphqlContext>({
    schema: graphqlSchema(graphql, face),
    graphqlEndpoint: endpoint,
    graphiql: development,
    landingPage: false,
    cors: false,
    logging: false,
    multipart: false,
    maskedErrors: { maskError: (error) => masked(graphql, error) },
    plugins: [limitsPlugin(graphql)],
  })
  const { requestBytes, timeoutMs } = face.policies
  const limiter = limiterOf(site, face)
  scope.removeAllContentTypeParsers()
  // No form can be sent as one of these, so no page of another origin can make a browser change something.
  addRawParser(scope, /^application\/(?:graphql\+)?json(?:;|$)/, { maxBytes: requestBytes, timeoutMs })
  scope.route({
    method: ['GET', 'POST'],
    exposeHeadRoute: false,
    url: face.path,
    onRequest: createGuard(site, face, limiter),
    async handler(request, reply) {
      const search = searchOf(request)
      requireGoodJson(request, search)
      const gone = new AbortController()
      setMaxListeners(0, gone.signal) // every field listens
      reply.raw.once('close', () => {
        gone.abort()
      })
      const visit = visitOf(request)
      const response = await server.fetch(`http://localhost${endpoint}${search}`, fetchInit(request, gone.signal), {
        trace: visit.trace,
        signal: gone.signal,
        spend: eachAfterTheFirst(() => spentBy(limiter, clientOf(request, visit))),
      })
      if (development) reply.removeHeader('content-security-policy')
      reply.code(response.status)
      for (const [name, value] of response.headers) if (name.toLowerCase() !== 'connection') reply.header(name, value)
      return send(reply, response, timeoutMs)
    },
  })
}

async function graphqlPackages(): Promise<{ graphql: typeof Graphql; yoga: typeof import('graphql-yoga') }> {
  try {
    return { graphql: await import('graphql'), yoga: await import('graphql-yoga') }
  } catch (cause) {
    throw new MillraceError(
      'PACKAGE_MISSING',
      'interfaces of kind graphql need graphql and graphql-yoga; run: npm install graphql graphql-yoga',
      { cause },
    )
  }
}

function limitsPlugin(graphql: typeof Graphql): Plugin<GraphqlContext> {
  const rule = limitsRule(graphql)
  return {
    onParse({ setParseFn }) {
      setParseFn((source: string | Graphql.Source, options: Graphql.ParseOptions | undefined) =>
        graphql.parse(source, { ...options, maxTokens: graphqlLimits.tokens }),
      )
    },
    onValidate({ addValidationRule }) {
      addValidationRule(rule)
    },
  }
}

/** What fields take of the rate limit: a document has paid for one by being a request. */
function eachAfterTheFirst(spend: GraphqlContext['spend']): GraphqlContext['spend'] {
  let isFirst = true
  return () => {
    if (!isFirst) return spend()
    isFirst = false
    return undefined
  }
}

/** An error that is not GraphQL's own says its code and nothing else. */
function masked({ GraphQLError }: typeof Graphql, error: unknown): Error {
  const isOwn = error instanceof GraphQLError && (error.originalError === undefined || error.originalError === null)
  if (isOwn || (error instanceof GraphQLError && error.originalError instanceof GraphQLError)) return error
  const { title, code } = problemOf(error, 'failed')
  return new GraphQLError(title, { extensions: { code } })
}

function searchOf({ url }: FastifyRequest): string {
  const at = url.indexOf('?')
  return at < 0 ? '' : url.slice(at)
}

/** What a client sends as JSON is what any interface takes as JSON. @throws MillraceError PAYLOAD_INVALID */
function requireGoodJson({ method, body }: FastifyRequest, search: string): void {
  if (method === 'POST') return void (body instanceof Uint8Array && parseJson(body))
  const query = new URLSearchParams(search)
  for (const name of ['variables', 'extensions']) for (const text of query.getAll(name)) parseJsonText(text)
}

function fetchInit({ method, headers, body }: FastifyRequest, signal: AbortSignal): RequestInit {
  const plain = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || name.startsWith(':') ? [] : [[name, String(value)]],
  )
  const sent = method === 'POST' && body instanceof Uint8Array ? { body: new Uint8Array(body) } : {}
  return { method, headers: plain, signal, ...sent }
}

async function send(reply: FastifyReply, response: Response, timeoutMs: number): Promise<FastifyReply> {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
  if (!isStream || response.body === null) return reply.send(await response.text())
  reply.hijack()
  reply.raw.writeHead(response.status, reply.getHeaders() as Record<string, string>) // of texts alone
  const writer = new StreamWriter(reply.raw, timeoutMs)
  const decoder = new TextDecoder()
  const chunks = response.body.getReader()
  try {
    for (let step = await chunks.read(); !step.done; step = await chunks.read()) {
      const behind = writer.write(decoder.decode(step.value, { stream: true }))
      if (behind !== undefined) await behind
    }
    writer.end('')
  } catch {
    await chunks.cancel().catch(() => undefined)
    cutOff(reply.raw) // the client has gone, or reads nothing
  }
  return reply
}
