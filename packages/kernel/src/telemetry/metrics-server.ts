import { createServer, type ServerResponse } from 'node:http'
import { MillraceError } from '@millrace/contracts'

/** The media type of the text format of Prometheus. */
export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8'

/** A port on loopback that answers `/metrics` and nothing else. */
export interface MetricsServer {
  close(): Promise<void>
}

/**
 * Serves metrics where no web server does.
 *
 * @param page the metrics as they are now
 * @throws MillraceError BOOT_START_FAILED when the port cannot be had
 */
export async function serveMetrics(port: number, page: () => Promise<string>): Promise<MetricsServer> {
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') return void answer(response, 404, 'only /metrics is here\n')
    if (request.method !== 'GET') return void answer(response, 405, 'only GET is answered\n')
    page().then(
      (text) => answer(response, 200, text),
      () => answer(response, 503, 'the metrics could not be collected\n'),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new MillraceError('BOOT_START_FAILED', `port ${port} of runtime.observability.metrics.port cannot be had`, {
          cause,
        }),
      ),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
  server.on('error', () => undefined) // a connection that could not be accepted: whoever asked asks again
  server.unref()
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { 'content-type': status === 200 ? prometheusType : 'text/plain; charset=utf-8' })
    .end(text)
}
