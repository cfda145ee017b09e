import type { Exchange } from '@millrace/contracts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type BodyLimits, BodyReader } from './body-reader.js'
import { parseJson } from './json-body.js'
import { refusal } from './problem.js'

/** Lets a scope read the bodies of one interface: JSON, or whatever comes for a byte type. */
export function addBodyParsers(scope: FastifyInstance, { request }: Exchange, limits: BodyLimits): void {
  scope.removeAllContentTypeParsers()
  if (request.encoding === 'bytes') addRawParser(scope, '*', limits)
  else addParser(scope, /^application\/(?:[\w.-]+\+)?json(?:;|$)/, limits, readJson)
}

/** Clients may say of what media type a body is that they do not send. */
function readJson(bytes: Buffer): unknown {
  return bytes.length === 0 ? undefined : parseJson(bytes)
}

/** Reads bodies of some media type as the bytes they are. */
export function addRawParser(scope: FastifyInstance, type: string | RegExp, limits: BodyLimits): void {
  addParser(scope, type, limits, (bytes) => bytes)
}

function addParser(
  scope: FastifyInstance,
  type: string | RegExp,
  limits: BodyLimits,
  parse: (bytes: Buffer) => unknown,
): void {
  const reader = new BodyReader(limits, () => performance.now())
  scope.addContentTypeParser(type, (request, payload, done) => {
    const coded = refusedCoding(request)
    if (coded !== undefined) {
      payload.resume()
      return done(coded)
    }
    reader.read(payload, (error, bytes = Buffer.alloc(0)) => {
      if (error !== null) return done(error)
      try {
        done(null, parse(bytes))
      } catch (thrown) {
        done(thrown as Error) // the parser throws errors and nothing else
      }
    })
  })
}

/**
 * The refusal of a body that is compressed: nothing here unpacks it, and what a handler got would be no more what the client meant.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.4
 */
export function refusedCoding({ headers }: FastifyRequest): Error | undefined {
  const coding = headers['content-encoding']?.trim().toLowerCase() ?? ''
  if (coding === '' || coding === 'identity') return undefined
  return refusal('WEB_MEDIA_TYPE_UNSUPPORTED', 'send the body as it is, without a Content-Encoding', {
    accept_encoding: 'identity',
  })
}
