import { once } from 'node:events'
import { createServer } from 'node:net'

/** A server that says to be a Redis of a version that nobody has installed any more, and knows nothing else. */
export interface OldRedis {
  readonly url: string
  close(): void
}

/** Starts it on a free port of 127.0.0.1. */
export async function startOldRedis(version: string): Promise<OldRedis> {
  const info = `# Server\r\nredis_version:${version}\r\n`
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (command) => {
      const answer = /info/iu.test(command.toString()) ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n'
      socket.write(answer)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number } // it listens on TCP
  return { url: `redis://127.0.0.1:${port}`, close: () => void server.close() }
}
