import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { WebSocket } from 'ws'
import { eventually, inWorkers, startWeb, type WebApplication } from './web-application.js'

/** A connection whose messages can be waited for. */
async function connected(url: string, options: object = {}) {
  const socket = new WebSocket(url.replace('http', 'ws'), options)
  const heard: Record<string, unknown>[] = []
  let tell: () => void = () => undefined
  socket.on('message', (data) => {
    heard.push(JSON.parse(String(data)))
    tell()
  })
  await once(socket, 'open')
  const messages = async (count: number): Promise<Record<string, unknown>[]> => {
    while (heard.length < count)
      await new Promise<void>((resolve) => {
        tell = resolve
      })
    return heard.slice(0, count)
  }
  return {
    socket,
    messages,
    send: (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
  }
}

/** The status that an upgrade is refused with. */
async function refusedWith(url: string, options: object = {}): Promise<number | undefined> {
  const socket = new WebSocket(url.replace('http', 'ws'), options)
  socket.on('error', () => undefined)
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode?: number }]
  return response.statusCode
}

/** How many WebSockets are open at once; each takes a file descriptor here and one in the web worker. */
const most = Math.ceil(400 * Number(process.env.ROUNDS ?? 1))
const patienceMs = 60_000 + most * 30

describe('as many websockets as may be', () => {
  it(
    'WEB-05 are served all, and one more is refused until one is closed',
    async () => {
      const app = await startWeb({
        runtime: { ...inWorkers.runtime, max_in_flight: 2 * most, web: { server: { max_websockets: most } } },
      })
      const url = `${app.url}/socket`
      const open = []
      while (open.length < most) {
        const next = Math.min(100, most - open.length)
        open.push(...(await Promise.all(Array.from({ length: next }, () => connected(url)))))
      }
      expect(await refusedWith(url)).toBe(503)
      for (const [id, { send }] of open.entries()) send({ id, request: { sku: 'a', n: 1 } })
      const replies = await Promise.all(open.map(({ messages }) => messages(1)))
      expect(replies.map(([reply]) => reply?.id)).toEqual(open.map((_, id) => id))
      expect(replies.filter(([reply]) => reply?.error !== undefined)).toEqual([])

      open[0]?.socket.close()
      const again = await eventually(
        () => connected(url).catch(() => undefined),
        (one) => one !== undefined,
      )
      again?.send({ id: 'again', request: { sku: 'b', n: 1 } })
      expect(await again?.messages(1)).toMatchObject([{ id: 'again', reply: { sku: 'b' } }])
      for (const { socket } of open) socket.terminate()
      again?.socket.terminate()
      expect(await app.stop()).toBe('graceful')
    },
    patienceMs,
  )

  it('WEB-05 are never more, however many ask at once', async () => {
    const app = await startWeb({ runtime: { web: { server: { max_websockets: 5 } } } })
    const asked = Array.from({ length: 40 }, () => connected(`${app.url}/socket`))
    const outcomes = await Promise.allSettled(asked)
    const opened = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.socket] : []))
    expect(opened).toHaveLength(5)
    for (const socket of opened) socket.terminate()
    await app.stop()
  })
})

describe.each([
  ['in one process', {}],
  ['over a worker', inWorkers],
])('a websocket %s', (_name, overlay) => {
  let app: WebApplication

  beforeAll(async () => {
    app = await startWeb(overlay)
  })

  afterAll(async () => {
    await app.stop()
  })

  const report = async () => (await (await fetch(`${app.url}/report`)).json()) as { waiting: number; made: number }

  it('WEB-02 appears from configuration and discovery alone: replies come as they are ready, under their ids', async () => {
    const { socket, send, messages } = await connected(`${app.url}/socket`)
    send({ id: 'slow', request: { sku: 'a', n: 1, mode: 'slow' } })
    send({ id: 2, request: { sku: 'b', n: 2 } })
    expect(await messages(2)).toMatchObject([
      { id: 2, reply: { sku: 'b', cents: 200 } },
      { id: 'slow', reply: { sku: 'a', cents: 100 } },
    ])
    socket.close()
  })

  it('WEB-STREAM-01 streams, and stops the node when its client cancels or leaves', async () => {
    const { socket, send, messages } = await connected(`${app.url}/steps`)
    send({ id: 1, stream: { to: 3 } })
    expect(await messages(4)).toEqual([
      ...[0, 1, 2].map((at) => ({ id: 1, reply: { at, fill: '' } })),
      { id: 1, end: true },
    ])
    send({ id: 2, stream: { to: 100_000_000 } })
    await messages(50)
    send({ id: 2, cancel: true })
    send({ id: 3, stream: { to: 100_000_000 } })
    await messages(200)
    socket.terminate()
    let last = -1
    await eventually(report, ({ made }) => {
      const still = made === last
      last = made
      return still
    })
    expect(last).toBeLessThan(100_000_000)
  })

  it.each([
    ['no JSON', 'hello', { code: 'PAYLOAD_INVALID', errors: [{ path: '', reason: 'is not JSON' }] }],
    ['no id', { request: {} }, { code: 'PAYLOAD_INVALID' }],
    [
      'an id that no number here is',
      '{"id":9007199254740993,"request":{"sku":"a","n":1}}',
      { code: 'PAYLOAD_INVALID' },
    ],
    ['an endless id', '{"id":1e400,"request":{"sku":"a","n":1}}', { code: 'PAYLOAD_INVALID' }],
    ['two verbs', { id: 1, request: {}, stream: {} }, { code: 'PAYLOAD_INVALID' }],
    ['a cancel that is none', { id: 1, cancel: false }, { code: 'PAYLOAD_INVALID' }],
    [
      'a payload that does not fit',
      { id: 1, request: { sku: 'a', n: 0 } },
      { code: 'PAYLOAD_INVALID', errors: [{ path: 'n' }] },
    ],
    [
      'a handler that throws',
      { id: 1, request: { sku: 'a', n: 1, mode: 'throw' } },
      { code: 'NODE_FAILED', status: 500 },
    ],
  ])('WEB-STREAM-02 answers %s with an error, and goes on', async (_case, message, error) => {
    const { socket, send, messages } = await connected(`${app.url}/socket`)
    send(message)
    send({ id: 'next', request: { sku: 'a', n: 1 } })
    const all = await messages(2)
    expect(all).toEqual(
      expect.arrayContaining([expect.objectContaining({ error: expect.objectContaining({ code: error.code }) })]),
    )
    expect(all.find((one) => 'error' in one)).toMatchObject({ error })
    expect(JSON.stringify(all)).not.toContain('hunter2')
    socket.close()
  })

  it('WEB-06 cancels what is open when the connection ends', async () => {
    const { socket, send } = await connected(`${app.url}/socket`)
    for (let id = 0; id < 10; id++) send({ id, request: { sku: 'a', n: 1, mode: 'wait' } })
    await eventually(report, ({ waiting }) => waiting === 10)
    socket.terminate()
    await eventually(report, ({ waiting }) => waiting === 0)
    expect((await report()).waiting).toBe(0)
  })

  it('WEB-05 keeps no connection of an upgrade that it has refused, also where the client goes on', async () => {
    const { hostname, port } = new URL(app.url)
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    socket.on('error', () => undefined) // its close follows
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(
      `GET /nowhere HTTP/1.1\r\nhost: ${hostname}\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    )
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(String(answer)).toMatch(/^HTTP\/1\.1 404 /u)
    await once(socket, 'end')
    const writing = setInterval(() => socket.write('more'), 10)
    await closed
    clearInterval(writing)
  })

  it('WEB-05 refuses an unknown path and a page of another origin before it is a WebSocket', async () => {
    expect(await refusedWith(`${app.url}/nowhere`)).toBe(404)
    expect(await refusedWith(`${app.url}/socket`, { origin: 'https://evil.example' })).toBe(403)
    const { socket } = await connected(`${app.url}/socket`, { origin: app.url })
    socket.close()
  })

  it('WEB-05 closes a connection whose message is too large', async () => {
    const { socket, send } = await connected(`${app.url}/socket`)
    send('x'.repeat(2000))
    const [code] = (await once(socket, 'close')) as [number]
    expect(code).toBe(1009)
  })

  it('WEB-STREAM-02 disconnects a client that takes nothing of its stream for too long', async () => {
    const { socket, send, messages } = await connected(`${app.url}/steps`)
    send({ id: 1, stream: { to: 100_000_000, mode: 'large' } })
    await messages(1)
    socket.pause()
    await eventually(
      () => fetch(`${app.url}/health/live`),
      () => app.runtime.counters().inFlight === 0,
    )
    let last = -1
    await eventually(report, ({ made }) => {
      const still = made === last
      last = made
      return still
    })
    socket.terminate()
    expect(last).toBeLessThan(100_000_000)
  })

  it('WEB-08 a stop answers what is open and says goodbye', async () => {
    const stopping = await startWeb(overlay)
    const { socket, send, messages } = await connected(`${stopping.url}/socket`)
    send({ id: 1, request: { sku: 'a', n: 1, mode: 'long' } })
    send({ id: 2, request: { sku: 'b', n: 1 } })
    await messages(1)
    const closed = once(socket, 'close')
    const mode = await stopping.stop()
    expect(await messages(2)).toMatchObject([{ id: 2 }, { id: 1, reply: { sku: 'a' } }])
    expect(((await closed) as [number])[0]).toBe(1001)
    expect(mode).toBe('graceful')
  })
})
