/**
 * Requests with an `Upgrade` header. A server may ignore the header, and so it is done unless a WebSocket is meant: the request
 * is answered as one without it.
 *
 * Node takes each such request away from a server that has an `upgrade` listener, before its body is read. Where it asks the
 * server's `shouldUpgradeCallback` first (not in Node 20), it is told which ones are meant. Elsewhere the request is put back
 * before what its connection brings next, without the header, and read once more; its answer closes the connection.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-7.8
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'

type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

type ShouldUpgrade = (request: IncomingMessage) => boolean

/** A server that may have upgrades; newer versions of Node ask it which. */
export interface UpgradingServer extends Pick<Server, 'on' | 'off' | 'emit' | 'listeners'> {
  shouldUpgradeCallback?: ShouldUpgrade
}

/** Who has WebSockets on a server. */
export interface UpgradeTaker {
  /** Whether this request, which asks for a WebSocket, is for this taker. */
  takes(request: IncomingMessage): boolean
  take: UpgradeHandler
  /** Answers a request for a WebSocket that nobody takes. */
  refuse(socket: Duplex): void
}

/** The upgrades of a server. */
export interface Upgrades {
  close(): void
}

/** Says of a listener that it is one of these, and which requests it takes: several sites may share a server. */
const takesOf = Symbol('takes')

interface UpgradeListener extends UpgradeHandler {
  readonly [takesOf]: UpgradeTaker['takes']
}

/**
 * Gives a taker what asks for its WebSockets. What no taker has is answered by the first of them, and is left alone where somebody
 * else takes upgrades of the server too.
 */
export function takeUpgrades(server: UpgradingServer, { takes, take, refuse }: UpgradeTaker): Upgrades {
  const listener: UpgradeListener = Object.assign(handle, { [takesOf]: takes })
  const restore = tellWhich(server, (request) => asksForWebSocket(request) || hasOthers(server))
  server.on('upgrade', listener)

  function handle(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const isMeant = asksForWebSocket(request)
    if (isMeant && takes(request)) return take(request, socket, head)
    if (hasOthers(server)) return
    const [first, ...next] = server.listeners('upgrade').filter(isTaker)
    if (first !== listener || (isMeant && next.some((other) => other[takesOf](request)))) return
    if (isMeant) refuse(socket)
    else answerAsRequest(server, request, socket, head)
  }

  return {
    close() {
      server.off('upgrade', listener)
      restore()
    },
  }
}

/** Whether somebody else takes upgrades of a server too. */
function hasOthers(server: UpgradingServer): boolean {
  return !server.listeners('upgrade').every(isTaker)
}

function isTaker(listener: object): listener is UpgradeListener {
  return takesOf in listener
}

function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket'
}

/** Tells a Node that asks. @returns undoes it */
function tellWhich(server: UpgradingServer, isMeant: ShouldUpgrade): () => void {
  const before = server.shouldUpgradeCallback
  if (before === undefined) return () => undefined
  server.shouldUpgradeCallback = (request) => isMeant(request) && before.call(server, request)
  return () => {
    server.shouldUpgradeCallback = before
  }
}

/** Puts a request back before what its connection brings next, and has it read once more. */
function answerAsRequest(server: UpgradingServer, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  socket.unshift(Buffer.concat([Buffer.from(headWithoutUpgrade(request), 'latin1'), head]))
  server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket)
}

const ofTheUpgrade: ReadonlySet<string> = new Set(['upgrade', 'connection', 'http2-settings'])

function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (!ofTheUpgrade.has(name.toLowerCase())) lines.push(`${name}: ${rawHeaders[at + 1]}`)
  }
  return [...lines, 'connection: close', '', ''].join('\r\n')
}
