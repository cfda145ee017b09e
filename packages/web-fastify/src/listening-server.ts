/**
 * The server under Fastify: HTTP/1.1, HTTPS, HTTP/2 over TLS with HTTP/1.1 beside it, or h2c.
 *
 * N1  Slow headers are given up by Node; how long a body may take its interface says. Who asks nothing for a while is closed.
 * N2  When it drains, a connection is closed as soon as it has nothing to answer, also one that has never asked.
 */
import { createServer, type RequestListener, type Server } from 'node:http'
import {
  createServer as createH2cServer,
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session,
} from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import type { Server as NetServer, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { MillraceError, type WebServerSettings } from '@millrace/contracts'
import { watchConnections } from './connections.js'

/** How long headers may take, in milliseconds. */
const headersMs = 15_000

/** How long connections may stay. */
export interface Patience {
  /** Without a request, in milliseconds. @default 72_000: longer than the minute that proxies before it keep one */
  readonly idleMs: number
}

const patient: Patience = { idleMs: 72_000 }

/** A server and its connections. */
export interface ListeningServer {
  /** What Fastify is made with; one that speaks HTTP/2 looks like one that does not. */
  readonly server: Server
  /** @returns the port @throws MillraceError BOOT_START_FAILED */
  listen(socket: unknown): Promise<number>
  /** Takes no new connection; resolves when the last one is closed. */
  drain(): Promise<void>
  /** A connection speaks something else from now on, and whoever speaks it closes it. */
  leave(socket: Duplex): void
  /** Closes what is left. */
  destroy(): void
}

/** Makes the server that the settings ask for. */
export function createListeningServer(
  settings: WebServerSettings,
  handler: RequestListener,
  { idleMs }: Patience = patient,
): ListeningServer {
  const server = createServerFor(settings, handler, idleMs)
  const sockets = new Set<Socket>()
  const sessions = new Set<Http2Session>()
  const connections = watchConnections(server, settings)
  let closed: Promise<void> | undefined
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('session', (session: Http2Session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
    session.on('error', () => undefined) // its close follows
    session.setTimeout(idleMs, () => session.close()) // what is under way is finished
    if (closed !== undefined) session.close()
  })
  return {
    server: server as Server, // see above: Fastify uses what both have
    listen: (socket) => listen(server, settings, socket),
    drain() {
      closed ??= new Promise((resolve) => {
        if (server.listening) server.close(() => resolve())
        else resolve()
        for (const session of sessions) session.close()
        connections.closeIdle()
      })
      return closed
    },
    leave: (socket) => connections.leave(socket),
    destroy() {
      if (server.listening) server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function createServerFor({ http2, tls }: WebServerSettings, handler: RequestListener, idleMs: number): NetServer {
  const timeouts = { headersTimeout: headersMs, requestTimeout: 0, keepAliveTimeout: idleMs }
  // The compatibility layer of HTTP/2 gives what a listener of HTTP/1.1 uses.
  const both = handler as RequestListener & ((request: Http2ServerRequest, response: Http2ServerResponse) => void)
  if (http2 === 'h2c') return createH2cServer({}, both)
  if (http2 === 'tls' && tls !== undefined)
    return withTimeouts(createSecureServer({ ...tls, allowHTTP1: true }, both), idleMs)
  if (tls !== undefined) return createHttpsServer({ ...timeouts, ...tls }, handler)
  return createServer(timeouts, handler)
}

function withTimeouts(server: Http2SecureServer, idleMs: number): Http2SecureServer {
  server.setTimeout(0)
  return Object.assign(server, { headersTimeout: headersMs, requestTimeout: 0, keepAliveTimeout: idleMs })
}

function listen(server: NetServer, { host, port }: WebServerSettings, socket: unknown): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(unavailable(host, port, error))
    server.once('error', failed)
    server.listen(socket === undefined ? { host, port } : { _handle: socket }, () => {
      server.off('error', failed)
      server.on('error', () => undefined) // a connection that could not be accepted, for want of a file descriptor: others can
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

function unavailable(host: string, port: number, { code = 'unknown reason' }: NodeJS.ErrnoException): MillraceError {
  return new MillraceError(
    'BOOT_START_FAILED',
    `the web server cannot listen on ${host}:${port} (${code}); free the address, or change runtime.web.server`,
    { facts: { host, port, reason: code } },
  )
}
