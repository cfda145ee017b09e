import { connect } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { startWeb } from './web-application.js'

const quotes = { request: 'web.quote', response: 'web.price' }
const steps = { request: 'web.count', response: 'web.step' }

/** Starts some interfaces, and asks something of them. */
async function asking<Answer>(interfaces: readonly object[], web: object, ask: (url: string) => Promise<Answer>) {
  const app = await startWeb({ runtime: { web: { ...web, interfaces } } })
  try {
    return await ask(app.url)
  } finally {
    await app.stop()
  }
}

async function statusAndAllow(url: string, method: string): Promise<readonly [number, string | null]> {
  const response = await fetch(url, { method })
  await response.arrayBuffer()
  return [response.status, response.headers.get('allow')]
}

describe('the methods of a path', () => {
  it('WEB-05 two paths that differ in the names of their parts are one', async () => {
    const interfaces = [
      { kind: 'http', method: 'GET', path: '/q/:sku', ...quotes },
      { kind: 'http', name: 'by-mode', method: 'POST', path: '/q/:mode', ...quotes },
    ]
    const answers = await asking(interfaces, {}, (url) =>
      Promise.all([
        statusAndAllow(`${url}/q/tea?n=1`, 'GET'),
        statusAndAllow(`${url}/q/tea?n=1`, 'HEAD'),
        statusAndAllow(`${url}/q/fast?sku=tea&n=1`, 'POST'),
        statusAndAllow(`${url}/q/tea`, 'DELETE'),
      ]),
    )
    expect(answers).toEqual([
      [200, null],
      [200, null],
      [200, null],
      [405, 'GET, HEAD, POST'],
    ])
  })

  it('WEB-05 a path is asked by the methods of one with a part of a name where it fits that too', async () => {
    const interfaces = [
      { kind: 'http', method: 'GET', path: '/q/tea', ...quotes },
      { kind: 'http', name: 'any', method: 'POST', path: '/q/:sku', ...quotes },
      { kind: 'http', name: 'other', method: 'PUT', path: '/q/:sku/more', ...quotes },
      { kind: 'http', name: 'all', method: 'PATCH', path: '/q/*', ...quotes },
    ]
    const answers = await asking(interfaces, {}, (url) =>
      Promise.all([
        statusAndAllow(`${url}/q/tea?sku=tea&n=1`, 'GET'),
        statusAndAllow(`${url}/q/tea?n=1`, 'POST'),
        statusAndAllow(`${url}/q/tea?sku=tea&n=1`, 'PATCH'),
        statusAndAllow(`${url}/q/tea`, 'DELETE'),
        statusAndAllow(`${url}/q/milk`, 'GET'),
        statusAndAllow(`${url}/q/milk/cold`, 'POST'),
      ]),
    )
    expect(answers).toEqual([
      [200, null],
      [200, null],
      [200, null],
      [405, 'GET, HEAD, PATCH, POST'],
      [405, 'PATCH, POST'],
      [405, 'PATCH'],
    ])
  })

  it('WEB-STREAM-01 a stream has no HEAD: nothing is made to be thrown away', async () => {
    const interfaces = [
      { kind: 'http_stream', method: 'GET', path: '/count', ...steps },
      { kind: 'http', method: 'GET', path: '/report', request: 'web.made', response: 'web.report' },
      { kind: 'graphql', queries: { price: quotes } },
    ]
    const [before, stream, graphql, after] = await asking(interfaces, {}, async (url) => {
      const made = async () => ((await (await fetch(`${url}/report`)).json()) as { made: number }).made
      return [
        await made(),
        await statusAndAllow(`${url}/count?to=1000000000`, 'HEAD'),
        await statusAndAllow(`${url}/graphql?query={__typename}`, 'HEAD'),
        await made(),
      ]
    })
    expect([stream, graphql]).toEqual([
      [405, 'GET'],
      [405, 'GET, POST'],
    ])
    expect(after).toBe(before)
  })

  it('WEB-05 OPTIONS says which there are', async () => {
    const interfaces = [
      { kind: 'http', method: 'GET', path: '/q/:sku', ...quotes },
      { kind: 'http', name: 'given', method: 'POST', path: '/q/:sku', ...quotes },
    ]
    const answers = await asking(interfaces, {}, (url) =>
      Promise.all([statusAndAllow(`${url}/q/tea`, 'OPTIONS'), statusAndAllow(`${url}/elsewhere`, 'OPTIONS')]),
    )
    expect(answers).toEqual([
      [204, 'GET, HEAD, POST, OPTIONS'],
      [404, null],
    ])
  })

  it('WEB-05 a page of an allowed origin may use those that interfaces have', async () => {
    const interfaces = [
      { kind: 'http', method: 'PUT', path: '/quotes', ...quotes },
      { kind: 'http', name: 'gone', method: 'DELETE', path: '/quotes', ...quotes },
    ]
    const allowed = await asking(interfaces, { cors: { origins: ['https://shop.example'] } }, async (url) => {
      const { headers } = await fetch(`${url}/quotes`, {
        method: 'OPTIONS',
        headers: { origin: 'https://shop.example', 'access-control-request-method': 'PUT' },
      })
      return headers.get('access-control-allow-methods')
    })
    expect(allowed?.split(', ').sort()).toEqual(['DELETE', 'GET', 'HEAD', 'POST', 'PUT'])
  })
})

describe('the origins that may call', () => {
  it.each([
    ['https://shop.example/', 'https://shop.example'],
    ['https://Shop.example', 'https://shop.example'],
    ['https://shop.example:443', 'https://shop.example'],
    ['https://shop.example/app', 'https://shop.example'],
  ])('WEB-05 %s, which no browser sends, is refused at the start', async (origin, sent) => {
    await expect(startWeb({ runtime: { web: { cors: { origins: [origin] } } } })).rejects.toThrow(
      `runtime.web.cors.origins[0] is no origin that a browser sends, so it would allow no page (got "${origin}"); write ${sent}`,
    )
  })

  it.each(['*', 'null', 'http://127.0.0.1:3000', 'https://[::1]:3000', 'app://shop'])(
    'WEB-05 %s is taken',
    async (origin) => {
      const interfaces = [{ kind: 'http', method: 'PUT', path: '/quotes', ...quotes }]
      const allowed = await asking(interfaces, { cors: { origins: [origin] } }, async (url) => {
        const { headers } = await fetch(`${url}/health/live`, { headers: { origin } })
        return headers.get('access-control-allow-origin')
      })
      expect(allowed).toBe(origin)
    },
  )
})

describe('what is no HTTP', () => {
  it.each([
    ['after an answer that is not over is answered by closing', '/count?to=100000000&mode=large', null],
    ['after a whole answer is answered', '/quotes/tea?n=1', ['HTTP/1.1 400 PAYLOAD_INVALID']],
  ])('WEB-05 %s', async (_what, path, refused) => {
    const app = await startWeb()
    const { hostname, port } = new URL(app.url)
    const socket = connect(Number(port), hostname).setEncoding('latin1')
    let heard = ''
    socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => undefined)
    await new Promise<void>((resolve) =>
      socket.on('data', (text: string) => {
        heard += text
        resolve()
      }),
    )
    socket.write('garbage\r\n\r\n')
    await closed
    await app.stop()
    expect(heard.match(/HTTP\/1\.1 400 PAYLOAD_INVALID/g)).toEqual(refused)
  })
})
