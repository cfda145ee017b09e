import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type ClientHttp2Session, connect } from 'node:http2'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventually, startWeb, type WebApplication } from './web-application.js'

const folder = mkdtempSync(join(tmpdir(), 'millrace-web-'))
const tls = { key_file: join(folder, 'key.pem'), cert_file: join(folder, 'cert.pem') }

beforeAll(() => {
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-keyout',
      tls.key_file,
      '-out',
      tls.cert_file,
    ],
    { stdio: 'pipe' },
  )
})

afterAll(() => rmSync(folder, { recursive: true }))

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
    app = await startWeb({ runtime: { web: { server: server() } } })
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
    const stopping = await startWeb({ runtime: { web: { server: server() } } })
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

describe('HTTP/2 under attack', () => {
  it('WEB-H2-01 a client that resets its streams as fast as it can is cut off, and others are served', async () => {
    const app = await startWeb({ runtime: { web: { server: { http2: 'h2c' } } } })
    const attacker = connect(app.url).on('error', () => undefined)
    const closed = new Promise((resolve) => attacker.once('close', resolve))
    const flood = (): void => {
      for (let n = 0; n < 200 && !attacker.destroyed && !attacker.closed; n++) {
        const stream = attacker.request({ ':path': '/quotes/tea?n=1' })
        stream.on('error', () => undefined)
        stream.close(8)
      }
      if (!attacker.destroyed && !attacker.closed) setImmediate(flood)
    }
    flood()
    await closed
    const other = connect(app.url)
    const { status } = await ask(other, '/quotes/tea?n=1')
    other.close()
    await app.stop()
    expect(status).toBe(200)
  })
})
