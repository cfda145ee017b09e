/**
 * WebSocket connections on the server's own port.
 *
 * U1  A page may connect from the origin it was served from, or from one that `cors` names; programs send no origin.
 * U2  What is refused is answered before the connection is upgraded, as any request is.
 * U3  A place is taken before the first wait and given back when the connection closes, so more than may be never are.
 * U4  A client that does not answer pings is disconnected.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Principal, WebSocketInterface } from '@millrace/contracts'
import { WebSocketServer } from 'ws'
import { limiterOf, spentBy } from './guard.js'
import { problemHeaders, problemOf, problemType, refusal } from './problem.js'
import type { Site } from './site.js'
import { SocketSession } from './socket-session.js'
import { traceOf } from './traceparent.js'

/** How often clients are pinged, in milliseconds. */
const pingMs = 30_000

/** The WebSockets of a server. */
export interface WebSockets {
  /** Answers what is open, then closes each connection. */
  drain(): void
  close(): void
}

interface Door {
  readonly face: WebSocketInterface
  readonly server: WebSocketServer
  readonly limiter: ReturnType<typeof limiterOf>
}

/** @param prefix what stands before the path of every interface */
export function serveWebSockets(
  server: Pick<Server, 'on' | 'off' | 'listenerCount'>,
  site: Site,
  faces: readonly WebSocketInterface[],
  prefix: string,
): WebSockets {
  const sessions = new Set<SocketSession>()
  const places = new Set<Duplex>()
  const doors = new Map<string, Door>(faces.map((face) => [`${prefix}${face.path}`, doorOf(site, face)]))
  const pings = setInterval(() => {
    for (const session of sessions) session.ping()
  }, pingMs)
  pings.unref()

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const door = doors.get((request.url ?? '').split('?', 1)[0] ?? '')
    if (door === undefined) {
      // Another listener may know the path.
      if (server.listenerCount('upgrade') === 1)
        refuse(socket, refusal('WEB_NOT_FOUND', 'nothing takes WebSockets here'))
      return
    }
    socket.on('error', () => socket.destroy())
    try {
      if (places.size >= site.maxSockets) throw refusal('OVERLOADED', 'as many WebSockets as may be are open')
      places.add(socket)
      socket.once('close', () => places.delete(socket))
      const principal = await admit(site, door, request)
      door.server.handleUpgrade(request, socket, head, (connection) => {
        const client = principal?.id ?? addressOf(request)
        const session = new SocketSession({
          socket: connection,
          face: door.face,
          trace: () => traceOf(request.headers.traceparent, () => site.ingress.traceId()),
          spend: () => spentBy(door.limiter, client),
          draining: site.draining,
        })
        sessions.add(session)
        connection.once('close', () => sessions.delete(session))
      })
    } catch (refused) {
      places.delete(socket)
      refuse(socket, refused)
    }
  }

  const listener = (request: IncomingMessage, socket: Duplex, head: Buffer): void => void upgrade(request, socket, head)
  server.on('upgrade', listener)
  return {
    drain() {
      for (const session of sessions) session.drain()
    },
    close() {
      clearInterval(pings)
      server.off('upgrade', listener)
      for (const door of doors.values()) for (const client of door.server.clients) client.terminate()
    },
  }
}

function doorOf(site: Site, face: WebSocketInterface): Door {
  const maxPayload = face.policies.requestBytes
  const server = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false, clientTracking: true })
  return { face, server, limiter: limiterOf(site, face) }
}

async function admit(site: Site, { face }: Door, request: IncomingMessage): Promise<Principal | undefined> {
  if (site.draining()) throw refusal('SHUTTING_DOWN', 'the service is going down')
  if (!isOwnPage(request, site.origins)) throw refusal('WEB_FORBIDDEN', 'pages of this origin may not connect')
  const { authenticate } = site.ingress
  if (authenticate === undefined) return undefined
  const { method = 'GET', url = '', headers } = request
  const principal = await authenticate({ method, url, headers, ip: addressOf(request), interface: face.name })
  if (principal !== undefined) return principal
  throw refusal('WEB_UNAUTHENTICATED', 'say who you are, as this service asks it')
}

function addressOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? ''
}

/** @see https://www.rfc-editor.org/rfc/rfc6455#section-10.2 */
function isOwnPage({ headers }: IncomingMessage, origins: readonly string[]): boolean {
  const { origin, host } = headers
  if (origin === undefined || origins.includes('*') || origins.includes(origin)) return true
  return URL.canParse(origin) && new URL(origin).host === host
}

/** Answers an upgrade by hand, as there is no response object for it, and keeps nothing of the connection. */
function refuse(socket: Duplex, thrown: unknown): void {
  const problem = problemOf(thrown, 'refused')
  const body = JSON.stringify(problem)
  const headers = {
    ...problemHeaders(problem, thrown),
    'content-type': problemType,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.on('error', () => socket.destroy())
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${problem.status} ${problem.code}\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
}
