import { afterEach, describe, expect, it } from '@jest/globals'
import type { Link } from '@millrace/contracts'
import { envelope, type Heard, hear, recorded, ticketsOf, within } from '@millrace/link-tests'
import { type RedisOptions, type RedisServer, redisTests, startRedis } from '@millrace/redis-server'
import type { RedisTransport, RedisTransportOptions } from '../src/index.js'
import { openTransport } from './open-transport.js'

const closers: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(options?: RedisOptions): Promise<RedisServer> {
  const server = await startRedis(options)
  closers.push(() => server.stop())
  return server
}

/** One side of a link, and everything that its transport has said. */
interface End {
  readonly transport: RedisTransport
  readonly link: Link
  readonly heard: Heard
  readonly events: ReturnType<typeof recorded>['events']
}

/** A link from near#1 to far#1. */
async function connect(
  url: string,
  near: Partial<RedisTransportOptions> = {},
  far: Partial<RedisTransportOptions> = near,
): Promise<{ readonly near: End; readonly far: End }> {
  const [nearSays, farSays] = [recorded(), recorded()]
  const nearTransport = openTransport(url, { events: nearSays.emitter, ...near })
  const farTransport = openTransport(url, { events: farSays.emitter, ...far })
  closers.push(async () => void (await Promise.all([nearTransport.close(), farTransport.close()])))
  let accept: (link: Link) => void = () => undefined
  const accepted = new Promise<Link>((resolve) => {
    accept = resolve
  })
  const { endpoint } = await farTransport.listen('far#1', accept)
  // A hello is signed when it is said: the inbox that it leaves by is there before.
  await nearTransport.listen('near#1', () => undefined)
  const nearLink = await nearTransport.dial('near#1', endpoint, AbortSignal.timeout(20_000))
  const farLink = await within('the link being accepted', accepted)
  return {
    near: { transport: nearTransport, link: nearLink, heard: hear(nearLink), events: nearSays.events },
    far: { transport: farTransport, link: farLink, heard: hear(farLink), events: farSays.events },
  }
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, ticket) => ticket)

/** Sends so many envelopes, some in each turn of the loop. */
async function sendSteadily(link: Link, count: number, perTurn: number): Promise<void> {
  for (let ticket = 0; ticket < count; ticket++) {
    link.send(envelope(ticket))
    if (ticket % perTurn === 0) await new Promise((resolve) => setImmediate(resolve))
  }
}

redisTests(describe)('a link', () => {
  it('SEC-IPC-01 throws in send what cannot be sent, and lives on', async () => {
    const { url } = await start()
    const { near, far } = await connect(url)
    expect(() => near.link.send(envelope(1, 'x'.repeat(2_000_000)))).toThrow('PAYLOAD_TOO_LARGE: ')
    expect(() => near.link.send(envelope(2, { n: 1n }))).toThrow('PAYLOAD_INVALID: ')
    near.link.send(envelope(3))
    await far.heard.count(1)
    expect(ticketsOf(far.heard.records)).toEqual([3])
  })

  it('LINK-02 lets both sides flood each other with more than may be unread at once', async () => {
    const { url } = await start()
    const { near, far } = await connect(url)
    const large = 'x'.repeat(200_000)
    for (const ticket of upTo(100)) {
      near.link.send(envelope(ticket, large))
      far.link.send(envelope(ticket, large))
    }
    await Promise.all([near.heard.count(100), far.heard.count(100)])
    expect([ticketsOf(near.heard.records), ticketsOf(far.heard.records)]).toEqual([upTo(100), upTo(100)])
  })

  it('LINK-01 survives a Redis that is killed and started again in the middle: everything arrives once, in order', async () => {
    const server = await start({ appendonly: 'yes', appendfsync: 'always' })
    const { near, far } = await connect(server.url)
    const count = 10_000
    const sent = Promise.all([sendSteadily(near.link, count, 20), sendSteadily(far.link, count, 20)])
    for (const killedAt of [2000, 4000]) {
      await Promise.all([near.heard.count(killedAt), far.heard.count(killedAt)])
      await server.kill()
      await server.restart()
    }
    await sent
    await Promise.all([near.heard.count(count), far.heard.count(count)])
    expect([ticketsOf(near.heard.records), ticketsOf(far.heard.records)]).toEqual([upTo(count), upTo(count)])
    await near.link.close()
    expect([await near.heard.ended(), await far.heard.ended()]).toEqual(['closed', 'closed'])
    expect([near.transport.refusals(), far.transport.refusals()]).toEqual([{}, {}])
    const said = near.events.map(({ name }) => name)
    expect(said.filter((name) => name.startsWith('link.'))).toEqual(['link.opened', 'link.closed'])
    expect(said).toContain('backend.back')
  })

  it('LINK-01 is lost with everything that Redis held when it was kept nowhere, and can be made again', async () => {
    const server = await start()
    const { near, far } = await connect(server.url)
    near.link.send(envelope(1))
    await far.heard.count(1)
    await server.kill()
    await server.restart()
    expect([await near.heard.ended(), await far.heard.ended()]).toEqual(['lost', 'lost'])
    const { endpoint } = await far.transport.listen('far#2', (link) => void hear(link))
    const again = await near.transport.dial('near#1', endpoint, AbortSignal.timeout(20_000))
    await again.close()
  })

  it('LINK-01 is lost when Redis has been away for longer than retryMs, which is told, and can be made again', async () => {
    const server = await start({ appendonly: 'yes' })
    const { near, far } = await connect(server.url, { retryMs: 300 })
    await server.kill()
    expect([await near.heard.ended(), await far.heard.ended()]).toEqual(['lost', 'lost'])
    const told = near.events.filter(({ name }) => name === 'backend.lost').map(({ facts }) => facts)
    expect(told).toMatchObject([{ backend: 'redis' }, { backend: 'redis', code: 'BACKEND_UNAVAILABLE' }])
    await server.restart()
    const { endpoint } = await far.transport.listen('far#2', (link) => void hear(link))
    const again = await near.transport.dial('near#1', endpoint, AbortSignal.timeout(20_000))
    await again.close()
  })

  it('LINK-01 survives a Redis that stands still for a while', async () => {
    const server = await start()
    const { near, far } = await connect(server.url, { ttlMs: 1000 })
    near.link.send(envelope(0))
    await far.heard.count(1)
    server.pause()
    await sendSteadily(near.link, 100, 1)
    // Much longer than a frame may be old elsewhere.
    await new Promise((resolve) => setTimeout(resolve, 2500))
    server.resume()
    await far.heard.count(101)
    expect(ticketsOf(far.heard.records)).toEqual([0, ...upTo(100)])
    expect(far.transport.refusals()).toEqual({})
  })

  it('LINK-01 is lost when Redis has refused what is sent for longer than retryMs, and that is told once', async () => {
    const server = await start()
    const { near, far } = await connect(server.url, { retryMs: 2500 })
    server.cli('CONFIG', 'SET', 'maxmemory', '1mb')
    near.link.send(envelope(1))
    expect([await near.heard.ended(), await far.heard.ended()]).toEqual(['lost', 'lost'])
    const told = near.events.filter(({ name }) => name.startsWith('backend.')).map(({ name, facts }) => [name, facts])
    expect(told).toEqual([
      ['backend.lost', { backend: 'redis', reason: expect.stringContaining('its memory is full') }],
      ['backend.lost', { backend: 'redis', reason: expect.any(String), code: 'BACKEND_UNAVAILABLE' }],
    ])
  })

  it('LINK-01 can be made again soon after Redis has lost everything that it held', async () => {
    const server = await start()
    const { near, far } = await connect(server.url)
    server.cli('FLUSHALL')
    near.link.send(envelope(1))
    far.link.send(envelope(1))
    expect([await near.heard.ended(), await far.heard.ended()]).toEqual(['lost', 'lost'])
    // Both make their inboxes anew, and lose what has begun meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const { endpoint } = await far.transport.listen('far#2', (link) => void hear(link))
    const again = await near.transport.dial('near#1', endpoint, AbortSignal.timeout(5000))
    await again.close()
  })

  it('leaves nothing behind in Redis', async () => {
    const server = await start()
    const { near, far } = await connect(server.url)
    near.link.send(envelope(1))
    await far.heard.count(1)
    expect(Number(server.cli('DBSIZE'))).toBe(4)
    await Promise.all([near.transport.close(), far.transport.close()])
    expect(server.cli('KEYS', '*')).toBe('')
  })
})
