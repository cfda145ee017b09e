import type { Asked, HttpInterface, MessageType } from '@millrace/contracts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { negotiate } from './accept.js'
import { sendProblem, sendReply } from './answer.js'
import { addBodyParsers } from './body-parsers.js'
import { createGuard } from './guard.js'
import { refusal } from './problem.js'
import { type PayloadOf, type RequestParts, requestPayload } from './request-payload.js'
import { type Site, visitOf } from './site.js'

/** Serves one request, one reply. */
export function serveHttp(scope: FastifyInstance, site: Site, face: HttpInterface): void {
  const { exchange, policies } = face
  const { timeoutMs } = policies
  const payloadOf = requestPayload(exchange, face)
  const { mediaType = 'application/json' } = exchange.response
  const offered = [mediaType.split(';', 1)[0] ?? mediaType]
  addBodyParsers(scope, exchange, { maxBytes: policies.requestBytes, timeoutMs })
  scope.route({
    method: face.method,
    url: face.path,
    onRequest: createGuard(site, face),
    handler(request, reply) {
      const { trace } = visitOf(request)
      let asked: Asked
      try {
        if (negotiate(request.headers.accept, offered) === undefined) throw notAcceptable(offered)
        asked = exchange.ask(payloadIn(request, payloadOf), {
          timeoutMs,
          traceId: trace.id,
          traceparent: trace.parent,
        })
      } catch (refused) {
        return sendProblem(reply, refused, 'refused', trace.id)
      }
      answerWith(reply, asked, { trace: trace.id, type: exchange.response })
    },
  })
}

/** The payload that a request becomes. */
export function payloadIn(request: FastifyRequest, payloadOf: PayloadOf, body: unknown = request.body): unknown {
  return payloadOf(partsOf(request, body))
}

/** The refusal of a client that accepts none of what can be made. */
export function notAcceptable(offered: readonly string[]): Error {
  return refusal('WEB_NOT_ACCEPTABLE', `this is answered as ${offered.join(' or ')}`)
}

function partsOf(request: FastifyRequest, body: unknown): RequestParts {
  return {
    body,
    params: request.params as RequestParts['params'], // the router makes texts
    query: request.query as RequestParts['query'], // so does the parser of queries
    headers: request.headers,
    principal: visitOf(request).principal,
  }
}

interface Answering {
  readonly trace: string
  readonly type: MessageType
}

/** Answers when the reply is there; a client that goes away before takes its request back. */
function answerWith(reply: FastifyReply, { reply: answer, cancel }: Asked, { trace, type }: Answering): void {
  let open = true
  reply.raw.on('close', () => {
    if (open) cancel()
  })
  answer.then(
    (value) => {
      open = false
      sendReply(reply, type, value)
    },
    (error: unknown) => {
      open = false
      if (!reply.raw.destroyed) sendProblem(reply, error, 'failed', trace)
    },
  )
}
