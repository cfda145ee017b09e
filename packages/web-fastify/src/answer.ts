import { JsonText } from '@millrace/contracts'
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
export function sendReply(reply: FastifyReply, value: unknown): void {
  if (value instanceof Uint8Array) void reply.type('application/octet-stream').send(value)
  else void reply.header('content-type', json).send(textOf(value))
}

/** Answers with problem details. */
export function sendProblem(reply: FastifyReply, thrown: unknown, place: Place, trace?: string): void {
  const problem = problemOf(thrown, place, trace)
  void reply
    .code(problem.status)
    .headers(problemHeaders(problem, thrown))
    .header('content-type', problemType)
    .send(JSON.stringify(problem))
}
