import { once } from 'node:events'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import type { WebServerSettings } from '@millrace/contracts'
import { createListeningServer, type ListeningServer } from './listening-server.js'

const settings: WebServerSettings = {
  host: '127.0.0.1',
  port: 0,
  http2: 'h2c',
  tls: undefined,
  cors: undefined,
  maxSockets: 1,
}

let server: ListeningServer | undefined
let session: ClientHttp2Session | undefined

afterEach(() => {
  session?.destroy()
  server?.destroy()
})

async function listening(answer: (respond: (text: string) => void) => void): Promise<number> {
  server = createListeningServer(settings, (_request, response) => answer((text) => response.end(text)), { idleMs: 50 })
  return server.listen(undefined)
}

describe('a server of HTTP/2', () => {
  it('goes on when the operating system could not give it a connection', async () => {
    const port = await listening((respond) => respond('here'))
    // What Node says when file descriptors are used up (net.js, onconnection).
    server?.server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE', syscall: 'accept' }))
    session = connectHttp2(`http://127.0.0.1:${port}`)
    let text = ''
    for await (const chunk of session.request()) text += String(chunk)
    expect(text).toBe('here')
  })

  it('closes a connection that says nothing', async () => {
    const socket = connect(await listening(() => undefined), '127.0.0.1')
    socket.resume()
    await once(socket, 'close')
  })

  it('closes a session that asks nothing, when what it has asked is answered', async () => {
    let respond: (text: string) => void = () => undefined
    const port = await listening((answer) => {
      respond = answer
    })
    session = connectHttp2(`http://127.0.0.1:${port}`)
    const closed = once(session, 'close')
    const stream = session.request()
    await once(session, 'goaway')
    respond('late')
    let text = ''
    for await (const chunk of stream) text += String(chunk)
    expect(text).toBe('late')
    await closed
  })
})
