import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { Endpoint } from '@millrace/contracts'

/** Towards whom bytes travel. */
export type Toward = 'dialler' | 'acceptor'

/** Decides what becomes of bytes on their way; undefined holds them back for good. */
export type Filter = (chunk: Buffer, toward: Toward, connection: ProxyConnection) => Buffer | undefined

/** One connection through a proxy. */
export interface ProxyConnection {
  /** Every byte that was sent so far. */
  sent(toward: Toward): Buffer
  /** Sends bytes of its own. */
  inject(toward: Toward, bytes: Uint8Array): void
  /** Ends the connection as a killed peer does, on both sides. */
  cut(): void
  /** Resolves when that side has closed its connection. */
  closedBy(side: Toward): Promise<void>
}

/** Somebody in the middle of a connection. */
export interface TcpProxy {
  /** Dialling this reaches the endpoint behind. */
  readonly endpoint: Endpoint
  readonly connections: readonly ProxyConnection[]
  /** The next connection that is opened through it. */
  next(): Promise<ProxyConnection>
  /** Takes no further connection; those that stand live on. */
  close(): void
}

/** Puts somebody who sees, changes and repeats everything before an endpoint. */
export async function createTcpProxy(
  { slot, address }: Endpoint,
  filter: Filter = (chunk) => chunk,
): Promise<TcpProxy> {
  const connections: ProxyConnection[] = []
  const waiting: ((connection: ProxyConnection) => void)[] = []
  const target = Number(new URL(address).port)
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (dialler) => {
    const acceptor = connect({ host: '127.0.0.1', port: target, noDelay: true, allowHalfOpen: true })
    const connection = between(dialler, acceptor, filter)
    connections.push(connection)
    for (const resolve of waiting.splice(0)) resolve(connection)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = (server.address() as { port: number }).port // it listens on TCP
  return {
    endpoint: { slot, address: `tcp://127.0.0.1:${port}` },
    connections,
    next: () => new Promise((resolve) => waiting.push(resolve)),
    close: () => void server.close(),
  }
}

function between(dialler: Socket, acceptor: Socket, filter: Filter): ProxyConnection {
  const sockets = { dialler, acceptor }
  const sent: Record<Toward, Buffer[]> = { dialler: [], acceptor: [] }
  const closed: Record<Toward, Promise<void>> = { dialler: closeOf(dialler), acceptor: closeOf(acceptor) }
  const connection: ProxyConnection = {
    sent: (toward) => Buffer.concat(sent[toward]),
    inject: (toward, bytes) => void sockets[toward].write(bytes),
    cut() {
      dialler.destroy()
      acceptor.destroy()
    },
    closedBy: (side) => closed[side],
  }
  const pass = (from: Socket, toward: Toward): void => {
    from.on('data', (chunk) => {
      sent[toward].push(chunk)
      const passed = filter(chunk, toward, connection)
      if (passed === undefined || sockets[toward].destroyed) return
      // Nobody is read faster than the other reads: what is behind must feel the pressure of what is before.
      if (!sockets[toward].write(passed)) {
        from.pause()
        sockets[toward].once('drain', () => from.resume())
      }
    })
    from.on('end', () => sockets[toward].end())
    from.on('error', () => undefined)
    from.on('close', () => sockets[toward].destroy())
  }
  pass(dialler, 'acceptor')
  pass(acceptor, 'dialler')
  return connection
}

function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('end', resolve)
    socket.once('close', () => resolve())
  })
}
