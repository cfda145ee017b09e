import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, describe, expect, it } from '@jest/globals'
import { createCertificate } from './certificate.js'
import { startWeb } from './web-application.js'

const { tls, remove } = createCertificate()

afterAll(remove)

const interfaces = [{ kind: 'http', method: 'POST', path: '/quotes', request: 'web.quote', response: 'web.price' }]

/** Longer than the test may take: who waits for it has waited for a connection that has nothing to answer. */
const graceful = { runtime: { platform: { lifecycle: { graceful_timeout_seconds: 600 } } } }
const head = ['HTTP/1.1', 'Host: here', 'Content-Type: application/json', 'Content-Length: 100', '', ''].join('\r\n')

/** Connects, says something and hears what comes of it. @param hears whether it is answered before the stop */
async function stoppedBeside(server: object, says: string, hears: boolean): Promise<{ mode: unknown; heard: string }> {
  const app = await startWeb({ runtime: { ...graceful.runtime, web: { server, interfaces } } })
  const socket: Socket = connect(Number(new URL(app.url).port), '127.0.0.1')
  let heard = ''
  socket.on('error', () => undefined) // it may be closed hard
  socket.on('data', (bytes) => {
    heard += bytes.toString('latin1')
  })
  await once(socket, 'connect')
  socket.write(says)
  if (hears) await once(socket, 'data')
  const closed = new Promise((resolve) => void socket.once('close', resolve))
  const mode = await app.stop()
  await closed
  return { mode, heard: hears ? heard.slice(0, 12) : '' }
}

describe('a stop beside a connection that has nothing to answer', () => {
  it.each([
    ['that says nothing', {}, '', false, ''],
    ['that says half of a header', {}, 'GET / HTTP/1.1\r\nHost:', false, ''],
    ['that was answered', {}, 'GET /nothing HTTP/1.1\r\nHost: here\r\n\r\n', true, 'HTTP/1.1 404'],
    ['that was answered and still sends a body', {}, `POST /nothing ${head}ab`, true, 'HTTP/1.1 404'],
    ['that says nothing, over h2c', { http2: 'h2c' }, '', false, ''],
    ['that says nothing, over TLS', { tls }, '', false, ''],
    ['that says nothing, over HTTP/2 with TLS', { http2: 'tls', tls }, '', false, ''],
  ])('WEB-08 closes one %s', async (_name, server, says, hears, heard) => {
    expect(await stoppedBeside(server, says, hears)).toEqual({ mode: 'graceful', heard })
  })
})
