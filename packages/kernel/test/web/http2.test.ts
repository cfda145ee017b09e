import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type ClientHttp2Session, connect } from 'node:http2'
import { request } from 'node:https'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { sourceFlags } from '@millrace/from-source'
import { liveHeapBytes } from '@millrace/live-memory'
import { createCertificate } from './certificate.js'
import { eventually, startWeb, type WebApplication } from './web-application.js'

/** How many clients attack one after the other. */
const rounds = Number(process.env.ROUNDS ?? 3)
const patienceMs = 60_000 + rounds * 20_000

const { tls, remove } = createCertificate()
afterAll(remove)

const quotes = { kind: 'http', request: 'web.quote', response: 'web.price' }

const interfaces = [
  { ...quotes, method: 'POST', path: '/quotes' },
  { ...quotes, method: 'GET', path: '/quotes/:sku' },
  { kind: 'http_stream', method: 'GET', path: '/count', request: 'web.count', response: 'web.step' },
]

async function ask(session: ClientHttp2Session, path: string, body?: unknown) {
  const stream = session.request({
    ':path': path,
    ':method': body === undefined ? 'GET' : 'POST',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  })
  stream.end(body === undefined ? undefined : JSON.stringify(body))
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  return { status: headers[':status'], text }
}

describe.each([
  ['tls', () => ({ http2: 'tls', tls })],
  ['h2c', () => ({ http2: 'h2c' })],
])('HTTP/2 over %s', (kind, server) => {
  let app: WebApplication
  let session: ClientHttp2Session

  const open = (): ClientHttp2Session => connect(app.url, kind === 'tls' ? { ca: readFileSync(tls.cert_file) } : {})

  beforeAll(async () => {
    app = await startWeb({ runtime: { web: { server: server(), interfaces } } })
    session = open()
  })

  afterAll(async () => {
    session.destroy()
    await app.stop()
  })

  it('WEB-H2-01 answers requests, streams and refusals', async () => {
    const [one, many, refused] = await Promise.all([
      ask(session, '/quotes', { sku: 'tea', n: 2 }),
      ask(session, '/count?to=3'),
      ask(session, '/quotes', { sku: 'tea', n: 0 }),
    ])
    expect(JSON.parse(one.text)).toMatchObject({ sku: 'tea', cents: 200 })
    expect(many.text.trim().split('\n')).toHaveLength(3)
    expect(refused.status).toBe(400)
  })

  it('WEB-08 a stop answers what is in flight on an open session, and closes it', async () => {
    const stopping = await startWeb({ runtime: { web: { server: server(), interfaces } } })
    const other = connect(stopping.url, kind === 'tls' ? { ca: readFileSync(tls.cert_file) } : {})
    const closed = once(other, 'close')
    const slow = ask(other, '/quotes', { sku: 'tea', n: 1, mode: 'long' })
    await eventually(
      () => ask(other, '/health/live'),
      () => stopping.runtime.counters().inFlight === 1,
    )
    const [mode, { status }] = await Promise.all([stopping.stop(), slow])
    await closed
    expect({ mode, status }).toEqual({ mode: 'graceful', status: 200 })
  })
})

describe('HTTP/1.1 beside HTTP/2 over TLS', () => {
  it('WEB-H2-01 is served on the same port to clients that know no other, and drained', async () => {
    const app = await startWeb({ runtime: { web: { server: { http2: 'tls', tls } } } })
    const asked = request(`${app.url}/quotes/tea?n=2`, { ca: readFileSync(tls.cert_file) })
    asked.end()
    const [response] = (await once(asked, 'response')) as [import('node:http').IncomingMessage]
    let text = ''
    for await (const chunk of response) text += String(chunk)
    expect(response.httpVersion).toBe('1.1')
    expect(response.headers['strict-transport-security']).toBe('max-age=31536000')
    expect(JSON.parse(text)).toMatchObject({ cents: 200 })
    expect(await app.stop()).toBe('graceful')
  })

  it('WEB-H2-01 a certificate alone makes HTTPS', async () => {
    const app = await startWeb({ runtime: { web: { server: { tls } } } })
    const asked = request(`${app.url}/quotes/tea?n=2`, { ca: readFileSync(tls.cert_file) })
    asked.end()
    const [response] = (await once(asked, 'response')) as [import('node:http').IncomingMessage]
    response.resume()
    expect(response.statusCode).toBe(200)
    expect(await app.stop()).toBe('graceful')
  })
})

/** Runs a client that resets its streams as fast as it can, until it is cut off. @returns how many streams it has opened */
async function attack(...args: readonly string[]): Promise<number> {
  const file = fileURLToPath(new URL('../fixtures/resets-streams.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [...sourceFlags, file, ...args])
  return Number(stdout)
}

describe.each([
  ['tls', () => ({ http2: 'tls', tls }), () => [tls.cert_file]],
  ['h2c', () => ({ http2: 'h2c' }), () => []],
])('HTTP/2 over %s under attack', (_kind, server, args) => {
  it(
    'WEB-H2-01 clients that reset their streams as fast as they can are cut off; others are served, nothing is kept',
    async () => {
      const app = await startWeb({ runtime: { web: { server: server(), interfaces } } })
      const other = connect(app.url, { ca: args().map((file) => readFileSync(file)) })
      await Promise.all([attack(app.url, ...args()), attack(app.url, ...args()), ask(other, '/quotes/tea?n=1')])
      const before = liveHeapBytes()
      const opened: number[] = []
      for (let round = 0; round < rounds; round++) opened.push(await attack(app.url, ...args()))
      const { status } = await ask(other, '/quotes/tea?n=1')
      await eventually(
        () => ask(other, '/health/live'),
        () => app.runtime.counters().inFlight === 0,
      )
      const grown = liveHeapBytes() - before
      other.close()
      expect([status, await app.stop()]).toEqual([200, 'graceful'])
      expect(Math.min(...opened)).toBeGreaterThan(500)
      // A kilobyte for each stream: kept with its request and its answer, it would be several.
      expect(grown).toBeLessThan(rounds * 1024 * 1024)
    },
    patienceMs,
  )
})
