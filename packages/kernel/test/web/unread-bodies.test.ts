import { once } from 'node:events'
import { type ClientHttp2Stream, connect, constants } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventually, startWeb, type WebApplication } from './web-application.js'

/** Sends all of a request before it reads anything of the answer. */
async function sentBeforeRead(url: string, path: string, headers: string, body: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connectTcp(Number(port), hostname).setEncoding('latin1')
  const head = `POST ${path} HTTP/1.1\r\nhost: a\r\n${headers}content-length: ${body.length}\r\n\r\n`
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.write(head + body, (error) => (error ? reject(error) : resolve()))
  })
  let heard = ''
  for await (const text of socket) heard += String(text)
  return heard
}

/** More than the buffers between a client and its server hold. */
const manyLines = '{"sku":"a","n":1}\n'.repeat(700_000)

describe('a client over HTTP/1.1 that sends its whole body before it reads', () => {
  let app: WebApplication

  beforeAll(async () => {
    app = await startWeb()
  })

  afterAll(async () => {
    await app.stop()
  })

  it.each([
    ['a line that is none', '', 'content-type: application/x-ndjson\r\n', 400],
    ['a line that is none, to one that closes', 'connection: close\r\n', 'content-type: application/x-ndjson\r\n', 400],
    ['an answer that it does not take', 'accept: text/html\r\n', 'content-type: application/x-ndjson\r\n', 406],
  ])('WEB-STREAM-02 gets its answer about %s', async (_what, more, type, status) => {
    const heard = await sentBeforeRead(app.url, '/lines', more + type, `{"sku":1}\n${manyLines}`)
    expect(heard).toMatch(new RegExp(`^HTTP/1.1 ${status} .*\\r\\nconnection: close\\r\\n.*"status":${status}`, 'is'))
  })

  it('WEB-05 gets its answer about a body that is too large', async () => {
    const heard = await sentBeforeRead(app.url, '/hasty', 'content-type: application/json\r\n', manyLines)
    expect(heard).toMatch(/^HTTP\/1.1 413 .*connection: close\r\n.*"status":413/is)
  })

  it('WEB-STREAM-02 gets the last word of a stream that has begun', async () => {
    const heard = await sentBeforeRead(
      app.url,
      '/lines',
      'connection: close\r\ncontent-type: application/x-ndjson\r\n',
      `{"sku":"a","n":1}\n{"sku":1}\n${manyLines}`,
    )
    expect(heard).toMatch(/^HTTP\/1.1 200 .*"error":\{.*"code":"PAYLOAD_INVALID"/s)
  })
})

const quotes = { request: 'web.quote', response: 'web.price' }
const steps = { request: 'web.count', response: 'web.step' }

const interfaces = [
  { kind: 'http', method: 'POST', path: '/quotes', ...quotes },
  { kind: 'http', method: 'POST', path: '/hasty', ...quotes, policies: { timeout_ms: 100, request_size_bytes: 1000 } },
  { kind: 'http', method: 'GET', path: '/report', request: 'web.made', response: 'web.report' },
  { kind: 'http_stream', path: '/lines', ...quotes, policies: { timeout_ms: 500 } },
  { kind: 'http_stream', method: 'GET', path: '/count', ...steps, policies: { timeout_ms: 1000 } },
  { kind: 'graphql', subscriptions: { steps }, policies: { timeout_ms: 1000 } },
]

describe('a client over HTTP/2 that goes on sending', () => {
  let app: WebApplication
  let session: ReturnType<typeof connect>

  beforeAll(async () => {
    app = await startWeb({ runtime: { web: { server: { http2: 'h2c' }, interfaces } } })
    session = connect(app.url)
  })

  afterAll(async () => {
    session.destroy()
    await app.stop()
  })

  function open(path: string, type: string): ClientHttp2Stream {
    return session.request({ ':path': path, ':method': 'POST', 'content-type': type })
  }

  it.each([
    ['400', '/lines', 'application/x-ndjson', '{"sku":1}\n'],
    ['408', '/hasty', 'application/json', '{'],
    ['413', '/hasty', 'application/json', 'x'.repeat(1001)],
    ['415', '/quotes', 'text/plain', 'a'],
    ['405', '/report', 'application/json', 'a'],
    ['504', '/lines', 'application/x-ndjson', '{"sku":"a"'],
  ])('WEB-H2-01 is stopped after a %s, by a reset that is no error', async (status, path, type, text) => {
    const stream = open(path, type)
    const closed = once(stream, 'close')
    const [answer] = await Promise.all([once(stream, 'response'), stream.write(text)])
    stream.resume()
    await closed
    expect([String(answer[0][':status']), stream.rstCode]).toEqual([status, 0])
  })
})

describe('a client over HTTP/2 that reads nothing', () => {
  it.each([
    ['a stream', '/count?to=100000000&mode=large'],
    [
      'a subscription',
      `/graphql?query=${encodeURIComponent('subscription { steps(to: 100000000, mode: "large") { at fill } }')}`,
    ],
  ])('WEB-STREAM-01 of %s holds the node back, and is given up', async (_what, path) => {
    const app = await startWeb({ runtime: { web: { server: { http2: 'h2c' }, interfaces } } })
    const session = connect(app.url)
    const other = connect(app.url)
    const made = async (): Promise<number> => {
      let text = ''
      for await (const chunk of other.request({ ':path': '/report' })) text += String(chunk)
      return (JSON.parse(text) as { made: number }).made
    }
    const before = await made()
    const stream = session.request({ ':path': path, accept: '*/*, text/event-stream' }).pause()
    const closed = once(stream, 'close')
    await once(stream, 'response')
    let last = before
    const held = await eventually(made, (now) => {
      const still = now === last && now > before
      last = now
      return still
    })
    expect(held - before).toBeLessThan(50_000)
    await closed
    // What has come of it is not taken for the whole.
    expect([stream.rstCode, stream.readableEnded]).toEqual([constants.NGHTTP2_CANCEL, false])
    await eventually(made, () => app.runtime.counters().inFlight === 0)
    session.destroy()
    other.destroy()
    await app.stop()
  })
})
