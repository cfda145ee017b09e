import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { programTests } from '@millrace/redis-server'
import { askByWrk } from './wrk.js'

const payload = { id: 1, note: 'täglich "frisch"' }

/** Serves while something is done with its URL. */
async function serving<Result>(answer: RequestListener, act: (url: string) => Promise<Result>): Promise<Result> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await act(`http://127.0.0.1:${(server.address() as AddressInfo).port}/echo`) // it listens on TCP
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

programTests('wrk', describe)('askByWrk', () => {
  it('asks with the payload over all connections, and tells how often it was answered', async () => {
    let answered = 0
    const ports = new Set<number | undefined>()
    const echo: RequestListener = (request, response) => {
      ports.add(request.socket.remotePort)
      answered++
      request.pipe(response)
    }
    const task = { payload, connections: 3, seconds: 3 }
    const { requests, wallMs, p50Ms, p99Ms } = await serving(echo, (url) => askByWrk({ url, ...task }))
    expect(ports.size).toBe(1 + task.connections) // and the proof before
    expect(requests).toBeGreaterThan(0)
    expect(requests).toBeLessThanOrEqual(answered - 1)
    expect(wallMs).toBeGreaterThanOrEqual(3000)
    expect(p99Ms).toBeGreaterThanOrEqual(p50Ms)
  })

  it('refuses an echo that is not what was sent', async () => {
    const other: RequestListener = (_request, response) => void response.end('{"id":2}')
    const asked = serving(other, (url) => askByWrk({ url, payload, connections: 1, seconds: 1 }))
    await expect(asked).rejects.toThrow('is not what was sent')
  })

  it('refuses a load of which something failed', async () => {
    let asked = 0
    const once: RequestListener = (request, response) => {
      if (asked++ > 0) response.statusCode = 503
      request.pipe(response)
    }
    const loaded = serving(once, (url) => askByWrk({ url, payload, connections: 1, seconds: 3 }))
    await expect(loaded).rejects.toThrow(/has not answered well: \d+ of \d+ requests failed/)
  })

  it('refuses a load of which nothing is answered', async () => {
    let asked = 0
    const once: RequestListener = (request, response) => {
      if (asked++ === 0) request.pipe(response)
    }
    const loaded = serving(once, (url) => askByWrk({ url, payload, connections: 1, seconds: 1 }))
    await expect(loaded).rejects.toThrow('has not answered within 1 s')
  })
})
