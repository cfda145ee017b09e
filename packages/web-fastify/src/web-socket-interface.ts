/**
 * WebSocket connections on the server's own port.
 *
 * U1  A page may connect from the origin it was served from, or from one that `cors` names; programs send no origin.
 * U2  What is refused is answered before the connection is upgraded, as any request is.
 * U3  A place is taken before the first wait and given back when the connection closes, so more than may be never are.
 * U4  A client that does not answer pings is disconnected.
 * U5  A client that leaves before it is answered leaves nothing behind.
 */
import type { IncomingMessage } from 'node:http'
import { parse as parseQuery } from 'node:querystring'
import type { Duplex } from 'node:stream'
import type { Principal, WebSocketInterface } from '@millrace/contracts'
import { type WebSocket, WebSocketServer } from 'ws'
import { readEarly } from './early-bytes.js'
import { askWho, limiterOf, spentBy } from './guard.js'
import { isOfOwnPage } from './own-page.js'
import { problemHeaders, problemOf, problemType, refusal } from './problem.js'
import { type PayloadOf, type RequestParts, requestPayload } from './request-payload.js'
import type { Site } from './site.js'
import { SocketSession } from './socket-session.js'
import { traceOf } from './traceparent.js'
import { takeUpgrades, type UpgradingServer } from './upgrades.js'

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
  readonly payloadOf: PayloadOf
}

/** A client that asks for a WebSocket. */
interface Caller {
  readonly door: Door
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}

/** @param prefix what stands before the path of every interface */
export function serveWebSockets(
  server: UpgradingServer,
  site: Site,
  faces: readonly WebSocketInterface[],
  prefix: string,
): WebSockets {
  const doors = new Map<string, Door>(faces.map((face) => [decoded(`${prefix}${face.path}`), doorOf(site, face)]))
  const lobby = new Lobby(site)
  const doorOfRequest = (request: IncomingMessage): Door | undefined => doors.get(decoded(pathAndQuery(request)[0]))
  const upgrades = faces.length === 0 ? undefined : takeUpgrades(server, { takes, take, refuse: refuseUnknown })
  const pings = setInterval(() => lobby.ping(), pingMs)
  pings.unref()

  function takes(request: IncomingMessage): boolean {
    return doorOfRequest(request) !== undefined
  }

  function take(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const door = doorOfRequest(request)
    if (door !== undefined) void lobby.enter({ door, request, socket, head })
  }

  return {
    drain: () => lobby.drain(),
    close() {
      clearInterval(pings)
      upgrades?.close()
      for (const door of doors.values()) for (const client of door.server.clients) client.terminate()
    },
  }
}

/** The clients that ask for a WebSocket, and those that have one. */
class Lobby {
  readonly #site: Site
  readonly #sessions = new Set<SocketSession>()
  readonly #places = new Set<Duplex>()

  constructor(site: Site) {
    this.#site = site
  }

  ping(): void {
    for (const session of this.#sessions) session.ping()
  }

  drain(): void {
    for (const session of this.#sessions) session.drain()
  }

  async enter(caller: Caller): Promise<void> {
    const { door, request, socket, head } = caller
    socket.on('error', () => socket.destroy())
    this.#site.leaves(socket)
    try {
      this.#takePlace(socket)
      const early = readEarly(socket)
      const principal = await admit(this.#site, door, request)
      refuseWhileDraining(this.#site)
      if (socket.destroyed) return
      const read = Buffer.concat([head, early.end()])
      door.server.handleUpgrade(request, socket, read, (connection) => this.#begin(connection, caller, principal))
    } catch (refused) {
      this.#places.delete(socket)
      refuse(socket, refused)
    }
  }

  #takePlace(socket: Duplex): void {
    if (this.#places.size >= this.#site.maxSockets) throw refusal('OVERLOADED', 'as many WebSockets as may be are open')
    this.#places.add(socket)
    socket.once('close', () => this.#places.delete(socket))
  }

  #begin(socket: WebSocket, { door, request }: Caller, principal: Principal | undefined): void {
    const { draining, ingress } = this.#site
    const client = principal?.id ?? addressOf(request)
    const handshake = handshakeOf(request, principal)
    const session = new SocketSession({
      socket,
      face: door.face,
      payloadOf: (body) => door.payloadOf({ ...handshake, body }),
      trace: () => traceOf(request.headers.traceparent, () => ingress.traceId()),
      spend: () => spentBy(door.limiter, client),
      draining,
    })
    this.#sessions.add(session)
    socket.once('close', () => this.#sessions.delete(session))
  }
}

function doorOf(site: Site, face: WebSocketInterface): Door {
  const { exchange, path, binds, policies } = face
  const maxPayload = policies.requestBytes
  const server = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false, clientTracking: true })
  const payloadOf = requestPayload(exchange, { path, binds })
  return { face, server, limiter: limiterOf(site, face), payloadOf }
}

/** What every message of a connection brings beside its body. */
function handshakeOf(request: IncomingMessage, principal: Principal | undefined): Omit<RequestParts, 'body'> {
  const query = parseQuery(pathAndQuery(request)[1]) as RequestParts['query'] // no value of what is parsed is undefined
  return { params: {}, query, headers: request.headers, principal }
}

/** @see https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2 for the address that may stand before the path */
function pathAndQuery({ url = '' }: IncomingMessage): readonly [string, string] {
  const target = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*/i, '')
  const end = target.indexOf('?')
  return end < 0 ? [target, ''] : [target.slice(0, end), target.slice(end + 1)]
}

/** A path as the configuration writes it: clients have to write some of its letters in other words. */
function decoded(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path // no path of ours
  }
}

async function admit(site: Site, door: Door, request: IncomingMessage): Promise<Principal | undefined> {
  refuseWhileDraining(site)
  const { host } = request.headers
  if (!isOfOwnPage(request.headers, host, site.origins))
    throw refusal('WEB_FORBIDDEN', 'pages of this origin may not connect')
  const { authenticate } = site.ingress
  if (authenticate === undefined) return undefined
  const { method = 'GET', url = '', headers } = request
  const ip = addressOf(request)
  try {
    return await askWho(authenticate, { method, url, headers, ip }, door.face)
  } catch (unknown) {
    throw spentBy(door.limiter, ip) ?? unknown
  }
}

function refuseWhileDraining({ draining }: Site): void {
  if (draining()) throw refusal('SHUTTING_DOWN', 'the service is going down')
}

function addressOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? ''
}

function refuseUnknown(socket: Duplex): void {
  refuse(socket, refusal('WEB_NOT_FOUND', 'nothing takes WebSockets here'))
}

/** Answers an upgrade by hand, as there is no response object for it, and keeps nothing of the connection. */
function refuse(socket: Duplex, thrown: unknown): void {
  if (socket.destroyed) return
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
