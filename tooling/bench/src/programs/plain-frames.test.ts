import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { PlainFrames } from './plain-frames.js'

describe('PlainFrames', () => {
  const server = createServer({ noDelay: true }, (socket: Socket) => {
    const frames = new PlainFrames(socket, (id, value) => frames.send(id, value))
  })
  let socket: Socket

  beforeEach(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    socket = connect({ host: '127.0.0.1', port, noDelay: true })
    await once(socket, 'connect')
  })

  afterEach(async () => {
    socket.destroy()
    await once(server.close(), 'close')
  })

  it('brings back what was sent, in order, whatever its size', async () => {
    const sent = [0, 1, 100, 90_000, 3, 700_000, 5].map((size) => ({ text: 'ü€x'.repeat(size) }))
    const heard: (readonly [number, unknown])[] = []
    await new Promise<void>((resolve) => {
      const frames = new PlainFrames(socket, (id, value) => {
        heard.push([id, value])
        if (heard.length === sent.length) resolve()
      })
      for (const [id, value] of sent.entries()) frames.send(id, value)
    })
    expect(heard).toEqual([...sent.entries()])
  })
})
