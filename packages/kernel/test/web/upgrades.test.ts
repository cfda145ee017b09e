import { once } from 'node:events'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { millrace } from '@millrace/web-fastify'
import fastify from 'fastify'
import { WebSocket } from 'ws'
import { createRuntime } from '../../src/create-runtime.js'
import { type Certificate, createCertificate } from './certificate.js'
import { startWeb, type WebApplication, webConfig } from './web-application.js'

const quotes = { kind: 'http', method: 'POST', path: '/quotes', request: 'web.quote', response: 'web.price' }
const live = { kind: 'websocket', path: '/live', request: 'web.quote', response: 'web.price' }

/** Asks for another protocol, as `curl --http2` does, beside what it asks. */
async function asked(url: string, method: string, { body, upgrade = 'h2c' }: { body?: string; upgrade?: string } = {}) {
  const headers = {
    connection: 'Upgrade, HTTP2-Settings',
    upgrade,
    'http2-settings': 'AAMAAABkAAQAAP__',
    ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
  }
  const request = url.startsWith('https') ? requestHttps : requestHttp
  const sending = request(url, { method, headers, agent: false, rejectUnauthorized: false })
  // The body does not come with the head.
  sending.flushHeaders()
  await once(sending, 'socket').then(([socket]) => socket.connecting && once(socket, 'connect'))
  sending.end(body)
  const [response] = (await once(sending, 'response')) as [IncomingMessage]
  return { status: response.statusCode, body: await text(response) }
}

/** The status that a handshake is answered with; a WebSocket is closed at once. */
async function handshakeStatus(url: string): Promise<number | undefined> {
  const client = new WebSocket(url.replace('http', 'ws')).on('error', () => undefined)
  const opened = once(client, 'upgrade')
  const refused = once(client, 'unexpected-response').then(([, response]) => [response])
  const [{ statusCode }] = (await Promise.race([opened, refused])) as [IncomingMessage]
  client.terminate()
  return statusCode
}

const tea = '{"sku":"tea","n":5}'

describe('a request that asks for another protocol', () => {
  let app: WebApplication | undefined
  let certificate: Certificate

  beforeAll(() => {
    certificate = createCertificate()
  })

  afterEach(() => app?.stop())
  afterAll(() => certificate.remove())

  const starts = async (server: object, interfaces: readonly object[]): Promise<string> => {
    app = await startWeb({ runtime: { web: { server, interfaces } } })
    return app.url
  }

  it.each([
    ['without websockets', [quotes]],
    ['beside websockets', [quotes, live]],
  ])('WEB-05 is answered as if it did not, %s', async (_name, interfaces) => {
    const url = await starts({}, interfaces)
    expect((await asked(`${url}/health/live`, 'GET')).status).toBe(200)
    expect((await asked(`${url}/nowhere`, 'GET')).status).toBe(404)
    const { status, body } = await asked(`${url}/quotes`, 'POST', { body: tea })
    expect({ status, reply: JSON.parse(body) }).toMatchObject({ status: 200, reply: { sku: 'tea', cents: 500 } })
  })

  it('WEB-05 is answered as if it did not, over TLS beside HTTP/2', async () => {
    const url = await starts({ http2: 'tls', tls: certificate.tls }, [quotes, live])
    const { status, body } = await asked(`${url}/quotes`, 'POST', { body: tea })
    expect({ status, reply: JSON.parse(body) }).toMatchObject({ status: 200, reply: { sku: 'tea', cents: 500 } })
  })

  it('WEB-05 is answered as if it did not where it means a websocket and there is none', async () => {
    const url = await starts({}, [quotes])
    expect((await asked(`${url}/health/live`, 'GET', { upgrade: 'websocket' })).status).toBe(200)
  })

  it('WEB-08 is answered before the server stops', async () => {
    const url = await starts({}, [quotes, live])
    const answer = asked(`${url}/quotes`, 'POST', { body: '{"sku":"tea","n":5,"mode":"long"}' })
    await new Promise<void>((resolve) => {
      const look = (): void => void (app?.runtime.counters().inFlight === 1 ? resolve() : setImmediate(look))
      look()
    })
    const mode = await app?.stop()
    expect((await answer).status).toBe(200)
    expect(mode).toBe('graceful')
  })
})

describe('the plugin on a server of your own', () => {
  it('WEB-05 leaves upgrades to whoever else takes them, and takes its websockets', async () => {
    const runtime = await createRuntime({ config: webConfig, web: false })
    await runtime.start()
    const own = fastify()
    own.get('/own', () => 'own')
    // biome-ignore lint/nursery/noMisusedPromises: Fastify awaits what a plugin returns
    await own.register(millrace, { runtime, prefix: '/api' })
    const url = await own.listen({ port: 0, host: '127.0.0.1' })
    expect(await asked(`${url}/own`, 'GET')).toEqual({ status: 200, body: 'own' })
    own.server.on('upgrade', (request, socket, _head) => {
      if (request.headers.upgrade === 'h2c')
        socket.end("HTTP/1.1 418 I'm a teapot\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    })
    expect((await asked(`${url}/own`, 'GET')).status).toBe(418)
    const client = new WebSocket(`${url.replace('http', 'ws')}/api/socket`)
    await once(client, 'open')
    client.terminate()
    await own.close()
    await runtime.stop()
  })

  it('WEB-05 WEB-08 registered twice, has each take its own websockets, and what neither takes is answered', async () => {
    const runtime = await createRuntime({ config: webConfig, web: false })
    await runtime.start()
    const own = fastify()
    own.get('/own', () => 'own')
    // biome-ignore lint/nursery/noMisusedPromises: Fastify awaits what a plugin returns
    for (const prefix of ['/one', '/two']) await own.register(millrace, { runtime, prefix })
    const url = await own.listen({ port: 0, host: '127.0.0.1' })
    const statuses: unknown[] = []
    for (const path of ['/one/socket', '/two/socket', '/three/socket', '/one/nothing'])
      statuses.push(await handshakeStatus(`${url}${path}`))
    expect(statuses).toEqual([101, 101, 404, 404])
    expect(await asked(`${url}/own`, 'GET')).toEqual({ status: 200, body: 'own' })
    await own.close()
    await runtime.stop()
  })
})
