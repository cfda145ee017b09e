import { Type } from '@millrace/contracts'
import type { TSchema } from 'typebox'
import { count, type Keys, oneOf, optional, seconds, section, settings, text } from './fields.js'

const rateLimit = section('Rate limit', 'How many requests one client may send.', {
  requests: count('How many requests are allowed in a period.'),
  per_seconds: seconds('The length of the period, in seconds.', 1),
})

const policies = settings('Policies', 'Limits of the interface.', {
  timeout_ms: count('How long a reply may take; for a stream, the longest time without progress; in milliseconds.', {
    maximum: 86_400_000,
    default: 30_000,
  }),
  rate_limit: optional(rateLimit),
  request_size_bytes: count('The largest request body, in bytes.', { default: 1_048_576 }),
})

const binds = Type.Record(
  Type.String(),
  Type.String({
    pattern: '^(?:body|principal|(?:path|query|header|body|principal)\\.[A-Za-z0-9_-]+)$',
    patternErrorMessage: 'must be path.NAME, query.NAME, header.NAME, body, body.NAME, principal or principal.NAME',
  }),
  {
    description:
      'For a field of the request, where it comes from: path.NAME, query.NAME, header.NAME, body, body.NAME, principal or principal.NAME. Other fields come from the body, or from the query where there is no body.',
    default: {},
  },
)

const handshakeBinds = Type.Record(
  Type.String(),
  Type.String({
    pattern: '^(?:principal|(?:query|header|principal)\\.[A-Za-z0-9_-]+)$',
    patternErrorMessage:
      'must be query.NAME, header.NAME, principal or principal.NAME: a WebSocket has its handshake once, whose path has no parts, and each message is a body',
  }),
  {
    description:
      'For a field of each request, where in the handshake it comes from: query.NAME, header.NAME, principal or principal.NAME. Other fields come from the message.',
    default: {},
  },
)

const path = (more: Keys[string]) => ({
  ...more,
  ...Type.String({
    pattern: '^/[^?#%*]*\\*?$',
    patternErrorMessage: 'must be a path that begins with /, without ?, # and %, and with * at its end only',
    description: 'The path; :name stands for one part of it.',
  }),
})

const socketPath = Type.String({
  pattern: '^/(?!:)(?:[^/?#]|/(?!:))*$',
  patternErrorMessage:
    'must be a path that begins with / and has no ? or #, and no :part, as the messages of a WebSocket are not of its path; bind query.NAME instead',
  description: 'The path, to the letter.',
})

const kind = (word: string) => Type.Literal(word, { description: 'The kind of interface.' })
const name = optional(text('The name in logs and metrics.'), 'method or kind, and path')
const request = text('The message type that a request becomes.')
const response = text('The reply type that answers it.')
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

const http = section('HTTP interface', 'One request, one reply.', {
  kind: kind('http'),
  name,
  method: oneOf(methods, 'The HTTP method.'),
  path: path({}),
  request,
  response,
  binds,
  policies,
})

const httpStream = section('HTTP stream interface', 'One request, many replies: SSE or NDJSON, by Accept.', {
  kind: kind('http_stream'),
  name,
  method: oneOf(['GET', 'POST'], 'The HTTP method.', { default: 'POST' }),
  path: path({}),
  request,
  response,
  binds,
  long_lines: oneOf(
    ['refuse', 'cut'],
    'What becomes of a line of the body above request_size_bytes: refuse ends the stream; cut sends its first request_size_bytes and one byte more to a byte type, which sees by its length that it was too long.',
    { default: 'refuse' },
  ),
  policies,
})

const webSocket = section('WebSocket interface', 'A connection: each message is a request, replies come back on it.', {
  kind: kind('websocket'),
  name,
  path: socketPath,
  request,
  response,
  binds: handshakeBinds,
  policies,
})

const field = section('GraphQL field', 'A field of a GraphQL root type.', { request, response })

const fields = (description: string) =>
  Type.Record(Type.String(), field, {
    propertyNames: {
      pattern: '^(?!__)[_A-Za-z][_0-9A-Za-z]*$',
      patternErrorMessage: 'must be of letters, digits and underscores, and not begin with a digit or with __',
    },
    description,
    default: {},
  })

const graphql = section('GraphQL interface', 'Fields that are requests; at least one of the three maps has one.', {
  kind: kind('graphql'),
  name,
  path: path({ default: '/graphql' }),
  queries: fields('Query fields by name.'),
  mutations: fields('Mutation fields by name.'),
  subscriptions: fields('Subscription fields by name.'),
  policies,
})

/** Schema of `runtime.web.interfaces`. */
export const interfaces: TSchema = Type.Array(
  Type.Unsafe({
    title: 'Interface',
    description: 'One thing that the web server answers.',
    type: 'object',
    required: ['kind'],
    discriminator: { propertyName: 'kind' },
    oneOf: [http, httpStream, webSocket, graphql],
  }),
  { description: 'What the web server answers, and with which messages.', default: [] },
)
