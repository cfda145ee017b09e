import { isMillraceError, MillraceError } from '@millrace/contracts'
import { refusal } from './problem.js'

/** What Fastify, or Node, says of a request that it refuses by itself, in our words. */
export function asRefusal(thrown: unknown): Error {
  if (isMillraceError(thrown)) return thrown
  const status = typeof thrown === 'object' && thrown !== null && 'statusCode' in thrown ? thrown.statusCode : 500
  if (status === 415)
    return refusal('WEB_MEDIA_TYPE_UNSUPPORTED', 'send the body as application/json, or as the OpenAPI document says')
  if (status === 413) return refusal('PAYLOAD_TOO_LARGE', 'the request is larger than is taken here')
  if (status === 404) return refusal('WEB_NOT_FOUND', 'nothing answers under this path')
  if (status === 414) return refusal('PAYLOAD_INVALID', 'a part of the path is longer than is taken here')
  if (typeof status === 'number' && status >= 400 && status < 500)
    return refusal('PAYLOAD_INVALID', 'the request is malformed')
  return new MillraceError('NODE_FAILED', 'the web server failed', { cause: thrown })
}
