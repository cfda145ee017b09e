import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import { connect, createServer as createH2cServer } from 'node:http2'
import type { AddressInfo, Server as NetServer } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { type Answer, StreamWriter } from './stream-writer.js'

/** An answer and the client that gets it. */
interface Ends {
  readonly answer: Answer
  readonly read: () => void
  readonly leave: () => void
  /** Whether the client has got all of it. */
  readonly whole: Promise<boolean>
}

const opened: { close(): unknown }[] = []

afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

/** A client that reads nothing before it is told to. */
async function http1(): Promise<Ends> {
  const server = createServer((_request, response) => void response.writeHead(200).flushHeaders())
  const [answer, [message]] = await asked(server, async (port) => {
    const request = get({ port, host: '127.0.0.1', agent: false })
    return (await once(request, 'response')) as [IncomingMessage]
  })
  message.pause().on('error', () => undefined)
  opened.push({ close: () => message.destroy() })
  const whole = new Promise<boolean>((resolve) => message.once('close', () => resolve(message.complete)))
  return { answer, read: () => message.resume(), leave: () => message.destroy(), whole }
}

async function http2(): Promise<Ends> {
  const server = createH2cServer((_request, response) => void response.writeHead(200))
  const [answer, stream] = await asked(server, async (port) => {
    const session = connect(`http://127.0.0.1:${port}`)
    opened.unshift({ close: () => session.destroy() })
    const request = session.request({ ':path': '/' })
    await once(request, 'response')
    return request
  })
  stream.pause().on('error', () => undefined)
  let ended = false
  stream.once('end', () => {
    ended = true
  })
  const whole = new Promise<boolean>((resolve) => stream.once('close', () => resolve(ended && stream.rstCode === 0)))
  return { answer, read: () => stream.resume(), leave: () => stream.close(8), whole }
}

async function asked<Client>(
  server: NetServer | Server,
  ask: (port: number) => Promise<Client>,
): Promise<[Answer, Client]> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.push(server)
  const request = once(server, 'request') as Promise<[unknown, Answer]>
  const client = await ask((server.address() as AddressInfo).port)
  const [, answer] = await request
  return [answer, client]
}

/** More than the buffers between a server and its client hold. */
const muchText = 'x'.repeat(16 * 1024 * 1024)

describe.each([
  ['HTTP/1.1', http1],
  ['HTTP/2', http2],
])('StreamWriter over %s', (_protocol, open) => {
  it('WEB-STREAM-01 says that the client is behind until it reads', async () => {
    const { answer, read, whole } = await open()
    const writer = new StreamWriter(answer, 60_000)
    const behind = writer.write(muchText)
    expect(behind).toBeInstanceOf(Promise)
    read()
    await behind
    expect(writer.write('more')).toBeUndefined()
    writer.end('the end')
    expect(await whole).toBe(true)
  })

  it('WEB-STREAM-02 gives up a client that reads nothing, which does not take the answer for whole', async () => {
    const { answer, read, whole } = await open()
    const writer = new StreamWriter(answer, 20)
    await expect(writer.write(muchText)).rejects.toThrow('REPLY_TIMEOUT: the client has read nothing for 20 ms')
    writer.end('an error')
    read()
    expect(await whole).toBe(false)
  })

  it('WEB-STREAM-02 lets a client that is behind read the last text', async () => {
    const { answer, read, whole } = await open()
    const writer = new StreamWriter(answer, 60_000)
    const gone = expect(writer.write(muchText)).rejects.toThrow('REPLY_CANCELLED')
    writer.end('an error')
    read()
    expect(await whole).toBe(true)
    await gone
  })

  it('WEB-STREAM-02 gives up a client that does not read the last text', async () => {
    const { answer, read, whole } = await open()
    const ended = once(answer as NodeJS.EventEmitter, 'close')
    new StreamWriter(answer, 20).end(muchText)
    await ended
    read()
    expect(await whole).toBe(false)
  })

  it('WEB-06 hears that the client leaves, and writes nothing after it', async () => {
    const { answer, leave } = await open()
    const writer = new StreamWriter(answer, 60_000)
    const behind = writer.write(muchText)
    leave()
    await expect(behind).rejects.toThrow('REPLY_CANCELLED')
    await expect(writer.write('more')).rejects.toThrow('REPLY_CANCELLED')
    writer.end('the end')
    await expect(new StreamWriter(answer, 60_000).write('more')).rejects.toThrow('REPLY_CANCELLED')
  })
})
