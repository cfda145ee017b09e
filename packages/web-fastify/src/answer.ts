import { JsonText, type MessageType } from '@millrace/contracts'
import type { FastifyReply } from 'fastify'
import { problemHeaders, problemOf, problemType } from './problem.js'
import type { Place } from './statuses.js'

const json = 'application/json; charset=utf-8'

/** A reply as JSON text; bytes in base64. */
export function textOf(value: unknown): string {
  if (value instanceof JsonText) return value.text
  return JSON.stringify(value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value)
}

/** Answers with a reply, which is sent as it came. */
export function sendReply(reply: FastifyReply, { mediaType = json }: MessageType, value: unknown): void {
  if (value instanceof Uint8Array) void reply.headers(bytesHeaders(mediaType)).send(value)
  else void reply.header('content-type', json).send(textOf(value))
}

/** A page of the application may use what comes from its own server, and nothing else. */
function bytesHeaders(mediaType: string): Readonly<Record<string, string>> {
  if (!mediaType.startsWith('text/html')) return { 'content-type': mediaType }
  return { 'content-type': mediaType, 'content-security-policy': pagePolicy }
}

const pagePolicy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"

/** Answers with problem details. */
export function sendProblem(reply: FastifyReply, thrown: unknown, place: Place, trace?: string): void {
  const problem = problemOf(thrown, place, trace)
  void reply
    .code(problem.status)
    .headers(problemHeaders(problem, thrown))
    .header('content-type', problemType)
    .send(JSON.stringify(problem))
}
