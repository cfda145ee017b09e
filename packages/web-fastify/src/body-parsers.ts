import type { Exchange } from '@millrace/contracts'
import type { FastifyInstance } from 'fastify'
import { type BodyLimits, BodyReader } from './body-reader.js'
import { parseJson } from './json-body.js'

/** Lets a scope read the bodies of one interface: JSON, or whatever comes for a byte type. */
export function addBodyParsers(scope: FastifyInstance, { request }: Exchange, limits: BodyLimits): void {
  scope.removeAllContentTypeParsers()
  if (request.encoding === 'bytes') addRawParser(scope, '*', limits)
  else addParser(scope, /^application\/(?:[\w.-]+\+)?json(?:;|$)/, limits, parseJson)
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
  scope.addContentTypeParser(type, (_request, payload, done) => {
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
