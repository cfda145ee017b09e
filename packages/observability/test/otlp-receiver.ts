import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as it came. */
export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** A receiver of OTLP that knows nothing of OpenTelemetry: it keeps what comes. */
export interface OtlpReceiver {
  readonly endpoint: string
  readonly received: readonly Received[]
  close(): Promise<void>
}

/** How a receiver answers. */
export type Answering = (response: ServerResponse, request: Received) => void

/** Takes everything. */
export const takes: Answering = (response) => void response.writeHead(200).end()

/** Starts a receiver on a free port of loopback. */
export async function startReceiver(answer: Answering = takes): Promise<OtlpReceiver> {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) }
    received.push(one)
    answer(response, one)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  return {
    endpoint: `http://127.0.0.1:${port}`,
    received,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
