import { Type } from '@millrace/contracts'
import type { TSchema } from 'typebox'
import { count, flag, oneOf, optional, section, settings, text, texts } from './fields.js'
import { interfaces } from './interfaces.js'

const tls = section('TLS', 'The certificate of the server.', {
  key_file: text('The private key, PEM.'),
  cert_file: text('The certificate and those that vouch for it, PEM.'),
})

const cors = section('CORS', 'Which pages of other origins may call. Without it none may.', {
  origins: Type.Array(Type.String({ minLength: 1 }), {
    minItems: 1,
    description: 'Origins such as https://shop.example, or * for all.',
  }),
  headers: texts('Request headers that such pages may send beside the simple ones.'),
  credentials: flag('True to let such pages send cookies; not together with the origin *.', false),
})

const server = settings('Server', 'Where the web server listens.', {
  host: text('The address to listen on.', { default: '127.0.0.1' }),
  port: Type.Integer({
    minimum: 0,
    maximum: 65_535,
    description: 'The port to listen on; 0 takes a free one.',
    default: 8080,
  }),
  http2: oneOf(['off', 'tls', 'h2c'], 'HTTP/2: not at all, over TLS, or without encryption.', { default: 'off' }),
  tls: optional(tls),
  max_websockets: count('How many WebSockets may be open at once; further ones are answered with 503.', {
    default: 10_000,
  }),
})

/** Schema of `runtime.web`. */
export const web: TSchema = settings('Web', 'HTTP, streams, WebSocket and GraphQL in front of the graph.', {
  group: text('The process group that serves the web; it has one worker.', { default: 'web' }),
  server,
  cors: optional(cors),
  interfaces,
})
