import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A span as OTLP/JSON says it. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly status: { readonly code?: number; readonly message?: string }
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[]
  /** `service.name` of the process that sent it. */
  readonly service: string
}

/** A server that takes OTLP/JSON, as any backend does. */
export interface OtlpEndpoint {
  readonly url: string
  /** Everything that was received, as text. */
  readonly bodies: readonly string[]
  /** The spans of one trace that have come until there are so many. The test's own deadline ends it. */
  spans(traceId: string, count: number): Promise<readonly ReceivedSpan[]>
  close(): Promise<void>
}

interface TraceRequest {
  readonly resourceSpans?: readonly {
    readonly resource: {
      readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[]
    }
    readonly scopeSpans: readonly { readonly spans: readonly Omit<ReceivedSpan, 'service'>[] }[]
  }[]
}

/** Opens one on a free port of loopback. */
export async function otlpEndpoint(): Promise<OtlpEndpoint> {
  const bodies: string[] = []
  const all: ReceivedSpan[] = []
  let wake = (): void => undefined
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      bodies.push(body)
      if (request.url === '/v1/traces') all.push(...spansIn(JSON.parse(body) as TraceRequest))
      response.setHeader('content-type', 'application/json').end('{}')
      wake()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    async spans(traceId, count) {
      for (;;) {
        const found = all.filter((span) => span.traceId === traceId)
        if (found.length >= count) return found
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function spansIn({ resourceSpans = [] }: TraceRequest): readonly ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? ''
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service })))
  })
}
