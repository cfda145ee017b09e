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

/** What takes an upgrade. */
export type TakeUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

type ShouldUpgrade = (request: IncomingMessage) => boolean

/** A server that may have upgrades; newer versions of Node ask it which. */
export interface UpgradingServer extends Pick<Server, 'on' | 'off' | 'emit' | 'listeners'> {
  shouldUpgradeCallback?: ShouldUpgrade
}

/** The upgrades of a server. */
export interface Upgrades {
  /** Whether somebody else takes upgrades of this server too. */
  shared(): boolean
  close(): void
}

/** @param take gets the requests that ask for a WebSocket */
export function takeUpgrades(server: UpgradingServer, take: TakeUpgrade): Upgrades {
  const listener: TakeUpgrade = (request, socket, head) => {
    if (asksForWebSocket(request)) take(request, socket, head)
    else if (!shared()) answerAsRequest(server, request, socket, head)
  }
  const shared = (): boolean => server.listeners('upgrade').some((other) => other !== listener)
  const restore = tellWhich(server, (request) => asksForWebSocket(request) || shared())
  server.on('upgrade', listener)
  return {
    shared,
    close() {
      server.off('upgrade', listener)
      restore()
    },
  }
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
