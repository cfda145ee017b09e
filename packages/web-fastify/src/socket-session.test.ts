import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  type Asked,
  defineMessage,
  type Exchange,
  MillraceError,
  Type,
  type WebSocketInterface,
} from '@millrace/contracts'
import { WebSocket, WebSocketServer } from 'ws'
import { SocketSession } from './socket-session.js'

/** A graph that answers when it is told to. */
class Answers {
  /** Those that nobody has answered, by the name they were asked with. */
  readonly open = new Map<unknown, (reply: unknown) => void>()
  readonly asked: unknown[] = []
  mostOpen = 0
  mostUnsent = 0
  /** What is answered at once; undefined to wait. */
  atOnce: unknown
  unsent: () => number = () => 0

  ask(name: unknown): Asked {
    this.asked.push(name)
    this.mostUnsent = Math.max(this.mostUnsent, this.unsent())
    if (name === 'unfit') throw new MillraceError('PAYLOAD_INVALID', 'it does not fit')
    let cancel = (): void => undefined
    const reply = new Promise((resolve, reject) => {
      this.open.set(name, resolve)
      cancel = () => reject(new MillraceError('REPLY_CANCELLED', 'nobody waits'))
    }).finally(() => this.open.delete(name))
    this.mostOpen = Math.max(this.mostOpen, this.open.size)
    if (this.atOnce !== undefined) this.open.get(name)?.(this.atOnce)
    return { reply, cancel: () => cancel() }
  }
}

const request = defineMessage('web.request', Type.Object({}))
const response = defineMessage('web.reply', Type.Object({}), { reply: true })

let answers: Answers
let server: Server
let sockets: WebSocketServer
let session: SocketSession
let here: WebSocket
let draining: boolean

function faceOf(timeoutMs: number): WebSocketInterface {
  const exchange: Exchange = {
    request,
    response,
    requestSchema: undefined,
    responseSchema: undefined,
    ask: (payload) => answers.ask(payload),
    stream: () => {
      throw new TypeError('nobody streams here')
    },
    converse: () => {
      throw new TypeError('nobody converses here')
    },
  }
  const policies = { timeoutMs, rateLimit: undefined, requestBytes: 1_000_000 }
  return { kind: 'websocket', name: 'live', path: '/', binds: {}, exchange, policies }
}

beforeEach(() => {
  answers = new Answers()
  draining = false
  server = createServer()
  sockets = new WebSocketServer({ server, perMessageDeflate: false })
})

afterEach(() => {
  for (const client of sockets.clients) client.terminate()
  sockets.close()
  server.close()
})

/** Connects a client and makes its session. */
async function connected(timeoutMs = 30_000): Promise<WebSocket> {
  const port = await listening()
  sockets.once('connection', (socket) => begin(socket, timeoutMs))
  const client = new WebSocket(`ws://127.0.0.1:${port}`)
  await once(client, 'open')
  return client
}

async function listening(): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port // it listens on a port
}

function begin(socket: WebSocket, timeoutMs: number): void {
  here = socket
  answers.unsent = () => socket.bufferedAmount
  session = new SocketSession({
    socket,
    face: faceOf(timeoutMs),
    payloadOf: (sent) => sent,
    trace: () => ({ id: '0'.repeat(32), parent: undefined }),
    spend: () => undefined,
    draining: () => draining,
  })
}

/** What a client hears. */
function hearing(client: WebSocket) {
  const heard: Record<string, unknown>[] = []
  let tell = (): void => undefined
  client.on('message', (data) => {
    heard.push(JSON.parse(String(data)))
    tell()
  })
  return async (count: number) => {
    while (heard.length < count)
      await new Promise<void>((resolve) => {
        tell = resolve
      })
    return heard
  }
}

/** Waits, turn by turn, until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}

/** Sends messages in one write. */
function sendTogether(client: WebSocket, messages: readonly unknown[]): void {
  const { _socket: socket } = client as unknown as { readonly _socket: Socket } // ws names it so
  socket.cork()
  for (const message of messages) client.send(JSON.stringify(message))
  socket.uncork()
}

const ids = (count: number): readonly number[] => Array.from({ length: count }, (_, id) => id)
const questions = (count: number) => ids(count).map((id) => ({ id, request: id }))

describe('a WebSocket session', () => {
  it('WEB-05 has 64 questions open, however many come at once; the others wait and are answered in their turn', async () => {
    const client = await connected()
    const heard = hearing(client)
    sendTogether(client, questions(900))
    await until(() => answers.open.size === 64)
    await until(() => here.isPaused)
    while (answers.asked.length < 900) {
      for (const reply of [...answers.open.values()]) reply({})
      const begun = answers.asked.length
      await until(() => answers.asked.length > begun)
    }
    for (const reply of [...answers.open.values()]) reply({})
    expect((await heard(900)).map(({ id }) => id)).toEqual(ids(900))
    expect(answers.mostOpen).toBe(64)
    expect(answers.asked).toEqual(ids(900))
    expect(here.isPaused).toBe(false)
  })

  it('WEB-06 hears that a question is cancelled while 64 are open, also one that waits', async () => {
    const client = await connected()
    const heard = hearing(client)
    for (const question of questions(66)) client.send(JSON.stringify(question))
    client.send('{"id":64,"cancel":true}')
    client.send('{"id":5,"cancel":true}')
    expect(await heard(2)).toMatchObject([
      { id: 64, error: { code: 'REPLY_CANCELLED' } },
      { id: 5, error: { code: 'REPLY_CANCELLED' } },
    ])
    await until(() => answers.asked.length === 65)
    expect(answers.asked.slice(-2)).toEqual([63, 65])
    expect(answers.open.has(5)).toBe(false)
  })

  it('WEB-05 refuses the id of a question that waits, and one that begins late and does not fit', async () => {
    const client = await connected()
    const heard = hearing(client)
    for (const question of questions(64)) client.send(JSON.stringify(question))
    client.send('{"id":"late","request":"unfit"}')
    client.send('{"id":"late","request":"again"}')
    expect(await heard(1)).toMatchObject([{ id: 'late', error: { code: 'WEB_REQUEST_IN_FLIGHT' } }])
    answers.open.get(0)?.({})
    expect((await heard(3)).slice(1)).toMatchObject([
      { id: 0, reply: {} },
      { id: 'late', error: { code: 'PAYLOAD_INVALID', status: 400 } },
    ])
  })

  it('WEB-06 keeps a client that answers pings while 64 questions are open', async () => {
    const client = await connected()
    for (const question of questions(64)) client.send(JSON.stringify(question))
    await until(() => answers.open.size === 64)
    for (const _ of [1, 2, 3]) {
      const answered = once(here, 'pong')
      session.ping()
      await answered
    }
    expect(here.readyState).toBe(WebSocket.OPEN)
  })

  it('WEB-06 keeps a client whose pongs are not read because many of its questions wait', async () => {
    const client = await connected()
    session.ping()
    await once(here, 'pong')
    session.ping()
    sendTogether(client, questions(900))
    await until(() => here.isPaused)
    session.ping()
    session.ping()
    expect(here.readyState).toBe(WebSocket.OPEN)
    for (const { id } of questions(900)) {
      await until(() => answers.open.has(id))
      answers.open.get(id)?.({})
    }
    await until(() => !here.isPaused)
    session.ping()
    expect(here.readyState).toBe(WebSocket.OPEN)
  })

  it('WEB-06 disconnects a client that does not answer a ping', async () => {
    const client = await connected()
    client.pause()
    const closed = once(here, 'close')
    session.ping()
    session.ping()
    await closed
    client.terminate()
  })

  it('WEB-STREAM-02 begins nothing for a client that reads nothing, until it reads', async () => {
    const client = await connected()
    const heard = hearing(client)
    answers.atOnce = 'x'.repeat(100_000)
    client.pause()
    for (const question of questions(400)) client.send(JSON.stringify(question))
    await until(() => here.isPaused)
    client.resume()
    expect(await heard(400)).toHaveLength(400)
    expect(answers.mostUnsent).toBeLessThanOrEqual(65_536)
  })

  it('WEB-STREAM-02 disconnects a client that asks and reads no reply, after the time it has', async () => {
    const client = await connected(100)
    answers.atOnce = 'x'.repeat(1_000_000)
    client.pause()
    for (const question of questions(1000)) client.send(JSON.stringify(question))
    await until(() => here.readyState === WebSocket.CLOSED)
    expect(answers.open.size).toBe(0)
    client.terminate()
  })

  it('WEB-STREAM-02 disconnects a client that sends what is no question and reads no refusal', async () => {
    const port = await listening()
    sockets.once('connection', (socket) => begin(socket, 100))
    const client = connect(port, '127.0.0.1').on('error', () => undefined)
    client.write(
      'GET / HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    )
    await once(client, 'data')
    client.pause()
    const bad = Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x78])
    const writing = setInterval(() => client.write(Buffer.concat(Array<Buffer>(5000).fill(bad))), 1)
    await until(() => here.readyState === WebSocket.CLOSED)
    clearInterval(writing)
    client.destroy()
  })

  it('WEB-08 answers what waits too before it says goodbye', async () => {
    const client = await connected()
    const heard = hearing(client)
    const closed = once(client, 'close')
    for (const question of questions(65)) client.send(JSON.stringify(question))
    client.send('no question')
    await heard(1)
    draining = true
    session.drain()
    client.send('{"id":"new","request":1}')
    await heard(2)
    for (const reply of [...answers.open.values()]) reply({})
    await until(() => answers.open.has(64))
    answers.open.get(64)?.({})
    expect((await heard(67)).at(-1)).toEqual({ id: 64, reply: {} })
    expect(((await closed) as [number])[0]).toBe(1001)
  })

  it('WEB-06 forgets what waits when the connection ends', async () => {
    const client = await connected()
    for (const question of questions(70)) client.send(JSON.stringify(question))
    client.send('no question')
    await once(client, 'message')
    client.terminate()
    await until(() => here.readyState === WebSocket.CLOSED && answers.open.size === 0)
    expect(answers.asked).toHaveLength(64)
  })
})
