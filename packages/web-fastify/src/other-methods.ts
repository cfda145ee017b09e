import type { WebInterface } from '@millrace/contracts'
import type { FastifyInstance } from 'fastify'
import { sendProblem } from './answer.js'
import { refusal } from './problem.js'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Answers the methods that a path does not have. */
export function refuseOtherMethods(scope: FastifyInstance, interfaces: readonly WebInterface[]): void {
  for (const [path, allowed] of methodsByPath(interfaces)) {
    const allow = [...allowed].sort()
    const refused = refusal('WEB_METHOD_NOT_ALLOWED', `use ${allow.join(' or ')}`, { allow })
    scope.route({
      method: methods.filter((method) => !allowed.has(method)),
      url: path,
      // The method is refused whatever the body is, so nothing of it is read.
      onRequest: (_request, reply) => sendProblem(reply, refused, 'refused'),
      handler: () => undefined,
    })
  }
}

function methodsByPath(interfaces: readonly WebInterface[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const face of interfaces) {
    // A WebSocket begins as a GET, which is answered before it comes here.
    if (face.kind === 'websocket') continue
    const allowed = found.get(face.path) ?? new Set()
    for (const method of 'method' in face ? [face.method] : ['GET', 'POST']) allowed.add(method)
    found.set(face.path, allowed)
  }
  return found
}
