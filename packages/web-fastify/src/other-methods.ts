import type { WebInterface } from '@millrace/contracts'
import type { FastifyInstance } from 'fastify'
import { sendProblem } from './answer.js'
import { refusal } from './problem.js'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** The methods that an interface answers. */
export function methodsOf(face: WebInterface): readonly string[] {
  // A WebSocket begins as a GET, which is answered before a route is looked for.
  if (face.kind === 'websocket') return []
  if (face.kind === 'graphql') return ['GET', 'POST']
  return face.kind === 'http' && face.method === 'GET' ? ['GET', 'HEAD'] : [face.method]
}

/** Answers OPTIONS, and the methods that a path does not have, and no other path that fits where it does. */
export function serveOtherMethods(scope: FastifyInstance, interfaces: readonly WebInterface[]): void {
  const all = [...places(interfaces)]
  for (const { path } of all) {
    const allowed = new Set(all.filter((other) => fits(other.path, path)).flatMap((other) => [...other.allowed]))
    const allow = [...allowed].sort()
    const refused = refusal('WEB_METHOD_NOT_ALLOWED', `use ${allow.join(' or ')}`, { allow })
    scope.route({
      method: methods.filter((method) => !allowed.has(method)),
      url: path,
      exposeHeadRoute: false,
      // The method is refused whatever the body is, so nothing of it is read.
      onRequest: (_request, reply) => sendProblem(reply, refused, 'refused'),
      handler: () => undefined,
    })
    scope.options(path, {
      onRequest: (_request, reply) =>
        void reply
          .code(204)
          .header('allow', [...allow, 'OPTIONS'].join(', '))
          .send(),
      handler: () => undefined,
    })
  }
}

interface Place {
  readonly path: string
  readonly allowed: Set<string>
}

/** The paths of interfaces; those that differ in the names of their parts alone are one to the router. */
function places(interfaces: readonly WebInterface[]): Iterable<Place> {
  const found = new Map<string, Place>()
  for (const face of interfaces) {
    if (face.kind === 'websocket') continue
    const shape = face.path.replaceAll(/(?<!:):\w+/g, ':')
    const place = found.get(shape) ?? { path: face.path, allowed: new Set() }
    for (const method of methodsOf(face)) place.allowed.add(method)
    found.set(shape, place)
  }
  return found.values()
}

/** Whether a path takes all that another one takes, as it does that has a part of a name, or `*`, where the other says what it is. */
function fits(path: string, other: string): boolean {
  const parts = path.split('/')
  const others = other.split('/')
  const isOpen = parts.at(-1) === '*'
  if (isOpen ? others.length < parts.length : others.length !== parts.length) return false
  const fixed = isOpen ? parts.slice(0, -1) : parts
  return fixed.every((part, index) => part === others[index] || (isNamed(part) && others[index] !== '*'))
}

/** Whether a part of a path is whatever a client says. */
function isNamed(part: string): boolean {
  return /^:(?!:)/.test(part)
}
