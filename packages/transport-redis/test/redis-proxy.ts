import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Somebody between a store and its server. */
export interface RedisProxy {
  readonly url: string
  /** Ends all connections, and each new one at once, until it is mended. */
  cut(): void
  mend(): void
  /**
   * Holds back for good what the server answers on the connections that are there now.
   *
   * @returns resolves when as many commits have been answered
   */
  swallowAnswers(commits?: number): Promise<void>
  /** Ends all connections; new ones pass. */
  cutOnce(): void
  close(): void
}

/** Puts a proxy before a port of 127.0.0.1. */
export async function createRedisProxy(target: number): Promise<RedisProxy> {
  const sockets = new Set<Socket>()
  const answering = new Set<Socket>()
  let swallowed = (_answer: string): void => undefined
  let isCut = false
  const server = createServer((near) => {
    if (isCut) return near.destroy()
    const far = connect(target, '127.0.0.1')
    for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined))
    answering.add(near)
    near.pipe(far)
    far.on('data', (answer) => {
      if (answering.has(near)) near.write(answer)
      else swallowed(answer.toString())
    })
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
    return undefined
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number } // it listens on TCP
  const cutOnce = (): void => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    cut() {
      isCut = true
      cutOnce()
    },
    mend() {
      isCut = false
    },
    swallowAnswers(commits = 0) {
      answering.clear()
      let seen = ''
      return new Promise((resolve) => {
        swallowed = (answer) => {
          seen += answer
          if (seen.split('done').length > commits) resolve()
        }
      })
    },
    cutOnce,
    close() {
      cutOnce()
      server.close()
    },
  }
}
