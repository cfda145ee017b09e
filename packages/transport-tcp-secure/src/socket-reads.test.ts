import { once } from 'node:events'
import { type AddressInfo, connect, createServer, Socket } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { adopt, sharedReads } from './socket-reads.js'

async function listening() {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port } // it listens to a port
}

describe('the reads of sockets', () => {
  it('all go to one place, also those of a connection that a server has accepted', async () => {
    const reads: { readonly text: string; readonly memory: ArrayBufferLike }[] = []
    const onread = sharedReads((chunk) => reads.push({ text: chunk.toString(), memory: chunk.buffer }))
    const { server, port } = await listening()
    const dialled = connect({ host: '127.0.0.1', port, onread })
    const [accepted] = (await once(server, 'connection')) as [Socket] // what Node gives it
    const adopted = adopt(accepted, onread)
    adopted.resume()
    dialled.end('to the server')
    await once(adopted, 'end')
    adopted.end('to who dialled')
    dialled.resume()
    await once(dialled, 'close')
    // Also shows that the server waits for nobody.
    await once(server.close(), 'close')
    expect(reads.map(({ text }) => text)).toEqual(['to the server', 'to who dialled'])
    expect(new Set(reads.map(({ memory }) => memory)).size).toBe(1)
  })

  it('stay as they are where the handle of a connection cannot be had', () => {
    const without = new Socket()
    expect(
      adopt(
        without,
        sharedReads(() => undefined),
      ),
    ).toBe(without)
  })
})
