import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventually, post, problem, startWeb, type WebApplication } from './web-application.js'

let app: WebApplication

beforeAll(async () => {
  app = await startWeb()
})

afterAll(async () => {
  await app.stop()
})

const waits = async () => ((await (await fetch(`${app.url}/report`)).json()) as { waiting: number }).waiting

/** Sends bytes as they are and reads until the server closes. */
async function exchange(bytes: string | Uint8Array): Promise<string> {
  const { hostname, port } = new URL(app.url)
  const socket = connect(Number(port), hostname)
  socket.end(bytes)
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  return text
}

describe('an http interface', () => {
  it('WEB-01 appears from configuration and discovery alone', async () => {
    const response = await post(`${app.url}/quotes`, { sku: 'tea', n: 2 })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await response.json()).toMatchObject({ sku: 'tea', cents: 200 })
  })

  it('WEB-01 takes fields from path, query and header, as their schema wants them', async () => {
    expect(await (await fetch(`${app.url}/quotes/t%C3%A9?n=3`)).json()).toMatchObject({ sku: 'té', cents: 300 })
    const response = await post(`${app.url}/who/7`, { kind: 'cat' }, { 'x-who': 'Ada' })
    expect(await response.json()).toEqual({ who: '7 Ada', kind: 'cat' })
  })

  it('WEB-01 a bound field cannot be set by the body', async () => {
    const response = await post(`${app.url}/who/7`, { id: '8', who: 'Eve' }, { 'x-who': 'Ada' })
    expect(await response.json()).toMatchObject({ who: '7 Ada' })
    expect((await post(`${app.url}/who/7`, { who: 'Eve' })).status).toBe(400)
  })

  it('WEB-01 a byte type takes any body as it is', async () => {
    expect(
      await (await post(`${app.url}/raw`, Uint8Array.of(0, 255, 10), { 'content-type': 'image/png' })).json(),
    ).toEqual({
      bytes: 3,
    })
  })

  it('WEB-03 joins the trace of a traceparent, which the handler and the answer know', async () => {
    const id = '0af7651916cd43dd8448eb211c80319c'
    const response = await post(
      `${app.url}/quotes`,
      { sku: 'tea', n: 2 },
      { traceparent: `00-${id}-b7ad6b7169203331-01` },
    )
    expect(response.headers.get('traceparent')).toMatch(new RegExp(`^00-${id}-[0-9a-f]{16}-01$`))
    expect(await response.json()).toMatchObject({ trace: id })
  })

  it.each([
    ['none', ''],
    ['a malformed one', '00-xyz'],
    ['one of zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
  ])('WEB-03 begins a trace where there is %s', async (_name, traceparent) => {
    const response = await post(`${app.url}/quotes`, { sku: 'tea', n: 2 }, { traceparent })
    const [, id] = response.headers.get('traceparent')?.split('-') ?? []
    expect(id).toMatch(/^(?!0{32})[0-9a-f]{32}$/)
    expect(await response.json()).toMatchObject({ trace: id })
  })

  it('WEB-06 WEB-03 a client that goes away, or a deadline that passes, stops the work', async () => {
    const leaving = new AbortController()
    const left = fetch(`${app.url}/quotes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sku: 'tea', n: 1, mode: 'wait' }),
      signal: leaving.signal,
    }).catch((error: Error) => error.name)
    expect(await eventually(waits, (waiting) => waiting === 1)).toBe(1)
    leaving.abort()
    expect(await left).toBe('AbortError')
    expect(await eventually(waits, (waiting) => waiting === 0)).toBe(0)
    expect((await post(`${app.url}/hasty`, { sku: 'tea', n: 1, mode: 'wait' })).status).toBe(504)
    expect(await eventually(waits, (waiting) => waiting === 0)).toBe(0)
  })
})

describe('what an http interface refuses', () => {
  it('WEB-05 400 names the path and the reason, as problem details', async () => {
    const { status, type, body } = await problem(await post(`${app.url}/quotes`, { sku: 'secret-sku', n: 0 }))
    expect({ status, type }).toEqual({ status: 400, type: 'application/problem+json; charset=utf-8' })
    expect(body).toMatchObject({
      type: 'urn:millrace:error:PAYLOAD_INVALID',
      status: 400,
      code: 'PAYLOAD_INVALID',
      errors: [{ path: 'n', reason: 'must be a whole number of at least 1' }],
    })
    expect(JSON.stringify(body)).not.toContain('secret-sku')
  })

  it.each([
    ['half of JSON', '{"sku":', 'is not JSON'],
    ['invalid UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'is not UTF-8'],
    ['a key __proto__', '{"sku":"a","n":1,"__proto__":{"n":2}}', 'holds a key __proto__, which is refused'],
    [
      'a key __proto__ in other letters',
      '{"sku":"a","n":1,"\\u005f_proto__":{}}',
      'holds a key __proto__, which is refused',
    ],
    ['deep nesting', `${'['.repeat(500_000)}${']'.repeat(500_000)}`, 'is nested deeper than 128 levels'],
    ['a list', '[1]', 'must be a mapping with sku, n'],
  ])('WEB-05 400 for %s', async (_name, sent, reason) => {
    const { status, body } = await problem(await post(`${app.url}/quotes`, sent))
    expect({ status, body }).toMatchObject({ status: 400, body: { errors: [{ path: '', reason }] } })
  })

  it('WEB-05 401 where the application asks who it is, and its principal is bound to the request', async () => {
    const asking = await startWeb({
      runtime: {
        discovery_modules: ['./nodes.ts', './authenticate.ts'],
        web: {
          interfaces: [
            {
              kind: 'http',
              method: 'POST',
              path: '/me',
              request: 'web.who',
              response: 'web.seen',
              binds: { who: 'principal.id', kind: 'principal.kind' },
            },
          ],
        },
      },
    })
    const refused = await problem(await post(`${asking.url}/me`, { id: '1' }))
    const known = await post(`${asking.url}/me`, { id: '1', who: 'Eve' }, { authorization: 'Bearer good-ada' })
    const [live, ready] = await Promise.all([fetch(`${asking.url}/health/live`), fetch(`${asking.url}/health/ready`)])
    await asking.stop()
    expect(refused).toMatchObject({ status: 401, body: { code: 'WEB_UNAUTHENTICATED' } })
    expect(await known.json()).toEqual({ who: '1 ada', kind: 'tester' })
    expect([live.status, ready.status]).toEqual([200, 200])
  })

  it('WEB-05 404 for a path that nothing answers, and where a handler says so', async () => {
    expect(await problem(await fetch(`${app.url}/nothing`))).toMatchObject({
      status: 404,
      body: { code: 'WEB_NOT_FOUND' },
    })
    const missing = await problem(await post(`${app.url}/quotes`, { sku: 'tea', n: 1, mode: 'missing' }))
    expect(missing).toMatchObject({ status: 404, body: { code: 'WEB_NOT_FOUND' } })
    expect(JSON.stringify(missing)).not.toContain('hunter2')
  })

  it('WEB-05 405 says which methods there are', async () => {
    const response = await fetch(`${app.url}/quotes`, { method: 'DELETE' })
    expect(response.headers.get('allow')).toBe('POST')
    expect(await problem(response)).toMatchObject({ status: 405, body: { code: 'WEB_METHOD_NOT_ALLOWED' } })
  })

  it.each([
    ['text/html', 406],
    ['application/json;q=0, text/html', 406],
    ['text/html, application/*;q=0.1', 200],
    ['*/*', 200],
    ['', 200],
    [' , ,', 200],
    [',text/html,', 406],
  ])('WEB-05 406 for a client that takes no JSON: %s', async (accept, status) => {
    expect((await post(`${app.url}/quotes`, { sku: 'tea', n: 2 }, { accept })).status).toBe(status)
  })

  it('WEB-05 409 while a request with the same X-Request-Id is not answered', async () => {
    const leaving = new AbortController()
    const first = fetch(`${app.url}/quotes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'one' },
      body: JSON.stringify({ sku: 'tea', n: 1, mode: 'wait' }),
      signal: leaving.signal,
    }).catch((error: Error) => error.name)
    expect(await eventually(waits, (waiting) => waiting === 1)).toBe(1)
    const second = await problem(await post(`${app.url}/quotes`, { sku: 'tea', n: 1 }, { 'x-request-id': 'one' }))
    const other = await post(`${app.url}/quotes`, { sku: 'tea', n: 1 }, { 'x-request-id': 'two' })
    const again = await post(`${app.url}/quotes`, { sku: 'tea', n: 1 }, { 'x-request-id': 'two' })
    expect(second).toMatchObject({ status: 409, body: { code: 'WEB_REQUEST_IN_FLIGHT' } })
    expect([other.status, again.status, again.headers.get('x-request-id')]).toEqual([200, 200, 'two'])
    leaving.abort()
    expect(await first).toBe('AbortError')
  })

  it('WEB-05 413 for a body above request_size_bytes, declared or not', async () => {
    const large = JSON.stringify({ sku: 'tea', n: 1, more: 'x'.repeat(2000) })
    expect(await problem(await post(`${app.url}/hasty`, large))).toMatchObject({
      status: 413,
      body: { code: 'PAYLOAD_TOO_LARGE' },
    })
    const chunked = `POST /hasty HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n7d0\r\n${'x'.repeat(2000)}\r\n0\r\n\r\n`
    expect(await exchange(chunked)).toMatch(/^HTTP\/1.1 413 /)
  })

  it('WEB-05 408 for a body that does not come', async () => {
    const { hostname, port } = new URL(app.url)
    const socket = connect(Number(port), hostname)
    socket.write('POST /hasty HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{')
    let text = ''
    for await (const chunk of socket) text += String(chunk)
    expect(text).toMatch(/^HTTP\/1.1 408 /)
  })

  it('WEB-05 415 for a media type that is not read here', async () => {
    const response = await post(`${app.url}/quotes`, 'sku=tea', { 'content-type': 'application/x-www-form-urlencoded' })
    expect(await problem(response)).toMatchObject({ status: 415, body: { code: 'WEB_MEDIA_TYPE_UNSUPPORTED' } })
  })

  it.each([
    ['/quotes', 'application/json'],
    ['/raw', 'application/octet-stream'],
    ['/raw-lines', 'application/x-ndjson'],
    ['/graphql', 'application/json'],
  ])('WEB-05 415 for a compressed body: %s', async (path, type) => {
    const packed = gzipSync('{"sku":"tea","n":1}')
    const send = (coding: string) =>
      post(`${app.url}${path}`, packed, { 'content-type': type, 'content-encoding': coding })
    const response = await send('gzip')
    expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, 'identity'])
    expect((await response.json()) as object).toMatchObject({ code: 'WEB_MEDIA_TYPE_UNSUPPORTED' })
    expect((await send('identity')).status).not.toBe(415)
  })

  it('WEB-05 429 says when to come back', async () => {
    const codes = []
    for (const n of [1, 2, 3]) codes.push(await post(`${app.url}/limited`, { sku: 'tea', n }))
    expect(codes.map(({ status }) => status)).toEqual([200, 200, 429])
    expect(Number(codes[2]?.headers.get('retry-after'))).toBeGreaterThan(60)
  })

  it('WEB-05 431 for headers that are too large, 400 for what is no HTTP', async () => {
    expect(await exchange(`GET /quotes HTTP/1.1\r\nhost: a\r\nx-much: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 WEB_HEADERS_TOO_LARGE\r\ncontent-type: application\/problem\+json/,
    )
    expect(await exchange('hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400 PAYLOAD_INVALID\r\n/)
  })

  it('WEB-05 500 says nothing of what was thrown', async () => {
    const thrown = await problem(await post(`${app.url}/quotes`, { sku: 'tea', n: 1, mode: 'throw' }))
    expect(thrown).toMatchObject({ status: 500, body: { code: 'NODE_FAILED', title: 'A handler threw.' } })
    expect(JSON.stringify(thrown)).not.toContain('hunter2')
    const silent = await problem(await post(`${app.url}/quotes`, { sku: 'tea', n: 1, mode: 'silent' }))
    expect(silent).toMatchObject({ status: 500, body: { code: 'REPLY_MISSING' } })
  })

  it('WEB-05 503 with Retry-After at once when too much is in flight', async () => {
    const small = await startWeb({ runtime: { max_in_flight: 1 } })
    const first = post(`${small.url}/quotes`, { sku: 'tea', n: 1, mode: 'long' })
    const both = await Promise.all([first, post(`${small.url}/quotes`, { sku: 'tea', n: 1, mode: 'long' })])
    await small.stop()
    const refused = both.find(({ status }) => status === 503)
    expect(both.map(({ status }) => status).sort()).toEqual([200, 503])
    expect(refused?.headers.get('retry-after')).toBe('1')
  })

  it('WEB-05 504 when the reply does not come in time', async () => {
    const late = await problem(await post(`${app.url}/hasty`, { sku: 'tea', n: 1, mode: 'wait' }))
    expect(late).toMatchObject({ status: 504, body: { code: 'REPLY_TIMEOUT' } })
  })
})

describe('the web server', () => {
  it('WEB-08 a stop answers what is in flight, takes nothing new and closes every connection', async () => {
    const stopping = await startWeb()
    const slow = Array.from({ length: 20 }, () => post(`${stopping.url}/quotes`, { sku: 'tea', n: 1, mode: 'long' }))
    await eventually(
      () => fetch(`${stopping.url}/health/live`),
      () => stopping.runtime.counters().inFlight === 20,
    )
    const [mode, ...answers] = await Promise.all([stopping.stop(), ...slow])
    expect(mode).toBe('graceful')
    expect(answers.map(({ status }) => status)).toEqual(slow.map(() => 200))
    await expect(fetch(`${stopping.url}/health/live`)).rejects.toThrow()
  })

  it('WEB-01 a port that is taken keeps the application from starting', async () => {
    const port = Number(new URL(app.url).port)
    await expect(startWeb({ runtime: { web: { server: { port } } } })).rejects.toMatchObject({
      code: 'BOOT_START_FAILED',
    })
  })

  it('WEB-05 every answer carries security headers, and no other origin is allowed', async () => {
    const { headers } = await post(`${app.url}/quotes`, { sku: 'tea', n: 1 }, { origin: 'https://evil.example' })
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  it.each([
    ['no body', '/quotes?sku=tea&n=1', undefined],
    ['the body of a form', '/raw', 'text/plain; charset=utf-8'],
    ['a body of no media type', '/raw', ''],
  ])(
    'WEB-05 403 for a page of another origin that sends %s, which no browser asks about',
    async (_name, path, type) => {
      const body = type === undefined ? {} : { body: Uint8Array.of(1) }
      const send = (headers: Readonly<Record<string, string>>) =>
        fetch(`${app.url}${path}`, {
          method: 'POST',
          headers: { ...headers, ...(type ? { 'content-type': type } : {}) },
          ...body,
        })
      const evil = await problem(await send({ origin: 'https://evil.example' }))
      const own = await send({ origin: app.url })
      const ownForm = await send({ origin: 'null', 'sec-fetch-site': 'same-origin' })
      const program = await send({})
      expect(evil).toMatchObject({ status: 403, body: { code: 'WEB_FORBIDDEN' } })
      expect([own.status, ownForm.status, program.status]).toEqual([200, 200, 200])
    },
  )

  it('WEB-05 allows the origins that the configuration names', async () => {
    const open = await startWeb({ runtime: { web: { cors: { origins: ['https://shop.example'] } } } })
    const preflight = await fetch(`${open.url}/quotes`, {
      method: 'OPTIONS',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
    })
    const other = await post(`${open.url}/quotes`, { sku: 'tea', n: 1 }, { origin: 'https://evil.example' })
    const unasked = { method: 'POST', headers: { origin: 'https://shop.example' } }
    const allowed = await fetch(`${open.url}/quotes?sku=tea&n=1`, unasked)
    await open.stop()
    expect(allowed.status).toBe(200)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://shop.example')
    expect(other.headers.get('access-control-allow-origin')).not.toBe('https://evil.example')
  })
})
