import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { type Authenticate, authenticateToken } from '@millrace/contracts'
import { WebSocket } from 'ws'
import { deferred } from '../shop.js'
import { startWeb, type WebApplication } from './web-application.js'

let app: WebApplication | undefined
const sockets: (WebSocket | Socket)[] = []

const live = { kind: 'websocket', path: '/who', request: 'web.who', response: 'web.seen' }

async function asking(authenticate: Authenticate, face: object = {}, server: object = {}): Promise<string> {
  app = await startWeb(
    { runtime: { web: { server, interfaces: [{ ...live, ...face }] } } },
    { values: [{ token: authenticateToken, value: authenticate }] },
  )
  return `${app.url}/who`
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket instanceof WebSocket ? socket.terminate() : socket.destroy()
  await app?.stop()
})

function dial(url: string, headers: Readonly<Record<string, string>> = {}): WebSocket {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers })
  sockets.push(socket)
  return socket.on('error', () => undefined)
}

async function opened(url: string, headers?: Readonly<Record<string, string>>): Promise<WebSocket> {
  const socket = dial(url, headers)
  await once(socket, 'open')
  return socket
}

async function refusedWith(url: string): Promise<number | undefined> {
  const [, response] = (await once(dial(url), 'unexpected-response')) as [unknown, { statusCode?: number }]
  return response.statusCode
}

async function answered(socket: WebSocket, message: object): Promise<unknown> {
  socket.send(JSON.stringify(message))
  const [data] = (await once(socket, 'message')) as [Buffer]
  return JSON.parse(String(data))
}

/** Asks for a WebSocket by hand. */
function knock(url: string, target: string = new URL(url).pathname): Socket {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  sockets.push(socket.on('error', () => undefined))
  socket.write(
    `GET ${target} HTTP/1.1\r\nhost: ${hostname}\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
  )
  return socket
}

const alice = async () => ({ id: 'alice' })

describe('who asks for a websocket', () => {
  it.each(['request', 'stream'])('WEB-02 a bound field of a %s comes from nowhere else', async (word) => {
    const binds = { id: 'principal.id', who: 'header.X-Who', kind: 'query.kind' }
    const socket = await opened(`${await asking(alice, { binds })}?kind=guest`, { 'x-who': 'tester' })
    const sent = { id: 1, [word]: { id: 'mallory', who: 'root', kind: 'admin' } }
    expect(await answered(socket, sent)).toEqual({ id: 1, reply: { who: 'alice tester', kind: 'guest' } })
  })

  it('WEB-02 a bound field that the handshake does not bring is missing', async () => {
    const socket = await opened(await asking(alice, { binds: { who: 'header.x-who' } }))
    expect(await answered(socket, { id: 1, request: { id: 'a', who: 'mallory' } })).toMatchObject({
      id: 1,
      error: { code: 'PAYLOAD_INVALID', errors: [{ path: 'who' }] },
    })
  })

  it.each([
    ['letters that are written in others', '/pr%C3%A9is%20live'],
    ['letters that need not be', '/pr%C3%A9is%20l%69ve'],
    ['the address before it', 'http://shop.example/pr%C3%A9is%20live'],
  ])('WEB-02 is heard whose path has %s', async (_name, target) => {
    const { origin } = new URL(await asking(alice, { path: '/préis live' }))
    const [answer] = (await once(knock(origin, target), 'data')) as [Buffer]
    expect(String(answer)).toMatch(/^HTTP\/1\.1 101 /)
  })

  it('WEB-05 wrong keys are counted as questions are', async () => {
    const policies = { rate_limit: { requests: 3, per_seconds: 3600 } }
    const url = await asking(async () => undefined, { policies })
    const statuses: unknown[] = []
    while (statuses.length < 5) statuses.push(await refusedWith(url))
    expect(statuses).toEqual([401, 401, 401, 429, 429])
  })

  it('WEB-05 401 where the application says null', async () => {
    const said: unknown = null
    expect(await refusedWith(await asking(async () => said as undefined))).toBe(401) // what is not TypeScript may say so
  })

  it('WEB-06 a client that leaves while it is asked who it is leaves its place', async () => {
    const [asked, said] = [deferred(), deferred()]
    const answers = [said.promise.then(() => ({ id: 'alice' }))]
    const authenticate: Authenticate = () => {
      asked.resolve()
      return answers.shift() ?? { id: 'bob' }
    }
    const url = await asking(authenticate, {}, { max_websockets: 1 })
    const leaving = knock(url)
    await asked.promise
    expect(await refusedWith(url)).toBe(503)
    leaving.end()
    await once(leaving, 'close')
    const next = await opened(url)
    said.resolve()
    expect(await answered(next, { id: 1, request: { id: 'a', who: 'b' } })).toMatchObject({ id: 1, reply: {} })
    expect(await refusedWith(url)).toBe(503)
  })

  it('WEB-05 what a client sends while it is asked who it is is heard', async () => {
    const [asked, said] = [deferred(), deferred()]
    const url = await asking(async () => {
      asked.resolve()
      await said.promise
      return { id: 'alice' }
    })
    const client = knock(url)
    await asked.promise
    const question = Buffer.from('{"id":1,"request":{"id":"a","who":"b"}}')
    client.write(Buffer.concat([Buffer.from([0x81, 0x80 | question.length, 0, 0, 0, 0]), question]))
    said.resolve()
    let heard = ''
    for await (const chunk of client) {
      heard += String(chunk)
      if (heard.includes('"reply"')) break
    }
    expect(heard).toContain('{"id":1,"reply":{"who":"a b","kind":"none"}}')
  })
})
