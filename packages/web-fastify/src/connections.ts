import type { IncomingMessage } from 'node:http'
import type { Server, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { WebServerSettings } from '@millrace/contracts'

/** How long a client that still sends a body may take to read the answer that it has got, in milliseconds. */
const lingerMs = 500

/** How long one that has not asked yet may take, in milliseconds: it may have connected just now. */
const silentMs = 2000

/** The connections of a server that speak HTTP/1.1, or do not speak yet. */
export interface Connections {
  /**
   * Closes each that has nothing to answer, and from now on each as soon as it has nothing left to answer. One that has never asked
   * may do so for a while.
   */
  closeIdle(): void
  /** One speaks something else from now on, and whoever speaks it closes it. */
  leave(socket: Duplex): void
}

/** Node itself knows no idle connection that has never asked, or whose body is not whole, and none beside HTTP/2. */
export function watchConnections(server: Server, { http2, tls }: WebServerSettings): Connections {
  if (http2 === 'h2c') return { closeIdle: () => undefined, leave: () => undefined } // each is a session at once
  /** How many requests of each are not answered; undefined before the first. */
  const unanswered = new Map<Duplex, number | undefined>()
  const greeting = new Map<string, Socket>()
  let isClosing = false

  function begins(socket: Socket): void {
    unanswered.set(socket, undefined)
    socket.once('close', () => unanswered.delete(socket))
  }

  function greets(socket: Socket): void {
    const client = clientOf(socket)
    greeting.set(client, socket)
    socket.once('close', () => greeting.delete(client))
  }

  function asks(request: IncomingMessage, response: NodeJS.EventEmitter): void {
    const { socket, httpVersionMajor } = request
    if (httpVersionMajor > 1) return
    unanswered.set(socket, (unanswered.get(socket) ?? 0) + 1)
    response.once('close', () => {
      const requests = (unanswered.get(socket) ?? 0) - 1
      if (requests < 0) return // it is closed, or speaks something else now
      unanswered.set(socket, requests)
      if (isClosing && requests === 0) closeAfterAnswer(socket, request.complete)
    })
  }

  server.on('connection', tls === undefined ? begins : greets)
  server.on('secureConnection', (socket: TLSSocket) => {
    greeting.delete(clientOf(socket))
    if (socket.alpnProtocol !== 'h2') begins(socket)
  })
  server.on('request', asks)
  return {
    leave: (socket) => void unanswered.delete(socket),
    closeIdle() {
      isClosing = true
      for (const [socket, requests] of unanswered) if (requests === 0) socket.destroy()
      setTimeout(() => {
        for (const socket of greeting.values()) socket.destroy()
        for (const [socket, requests] of unanswered) if (requests === undefined) socket.destroy()
      }, silentMs).unref()
    },
  }
}

/** @param isRead whether its client has said all that it had to say */
function closeAfterAnswer(socket: Socket, isRead: boolean): void {
  socket.end()
  if (isRead) return void socket.destroySoon()
  const timer = setTimeout(() => socket.destroy(), lingerMs)
  socket.once('close', () => clearTimeout(timer))
}

/** A connection has no other name that is the same before and after it is encrypted. */
function clientOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
