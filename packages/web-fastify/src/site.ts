import type { Duplex } from 'node:stream'
import type { EventEmitter, Ingress, Principal } from '@millrace/contracts'
import type { FastifyRequest } from 'fastify'
import type { Trace } from './traceparent.js'

/** What every interface of a server shares. */
export interface Site {
  readonly ingress: Ingress
  readonly events: EventEmitter
  /** Pages of these origins may call; `*` for all. */
  readonly origins: readonly string[]
  /** How many WebSockets may be open at once. */
  readonly maxSockets: number
  /** Requests with an `X-Request-Id` that are not answered yet. */
  readonly requestIds: Set<string>
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  /** Whether nothing new is taken. */
  readonly draining: () => boolean
  /** A connection may become a WebSocket, and is closed with those. */
  readonly leaves: (socket: Duplex) => void
}

/** What is known of a request before its interface sees it. */
export interface Visit {
  readonly trace: Trace
  readonly principal: Principal | undefined
}

/** The name of the request's decorator that holds its {@link Visit}. */
export const visitDecorator = 'millraceVisit'

/** What the guard has noted of a request. */
export function visitOf(request: FastifyRequest): Visit {
  return request.getDecorator<Visit>(visitDecorator)
}
