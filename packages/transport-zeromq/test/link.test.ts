import { describe, expect, it } from '@jest/globals'
import { type Endpoint, isMillraceError, type Link } from '@millrace/contracts'
import {
  type AttackedLink,
  createTcpProxy,
  envelope,
  type Filter,
  hear,
  recorded,
  type Toward,
  ticketsOf,
  withAttackedLink,
  within,
} from '@millrace/link-tests'
import type { LinkTransportOptions } from '@millrace/wire/links'
import fc from 'fast-check'
import type { ZeromqTransport } from '../src/index.js'
import { openTransport } from './open-transport.js'

const rounds = Number(process.env.ROUNDS || 10)

function withLink(use: (link: AttackedLink) => Promise<void>, near: Partial<LinkTransportOptions> = {}): Promise<void> {
  return withAttackedLink({ open: openTransport, near }, use)
}

function soon(): AbortSignal {
  return AbortSignal.timeout(20_000)
}

describe('a link', () => {
  it('SEC-IPC-01 throws in send what cannot be sent, and lives on', async () => {
    await withLink(async ({ near, far }) => {
      expect(() => near.link.send(envelope(1, 'x'.repeat(2_000_000)))).toThrow('PAYLOAD_TOO_LARGE: ')
      expect(() => near.link.send(envelope(2, { n: 1n }))).toThrow('PAYLOAD_INVALID: ')
      near.link.send(envelope(3))
      await far.heard.count(1)
      expect(ticketsOf(far.heard.records)).toEqual([3])
    })
  })

  it('LINK-02 lets both sides flood each other with more than is ever granted at once', async () => {
    const [count, large] = [100, 'x'.repeat(200_000)]
    await withLink(async ({ near, far }) => {
      for (let ticket = 0; ticket < count; ticket++) {
        near.link.send(envelope(ticket, large))
        far.link.send(envelope(ticket, large))
      }
      await Promise.all([near.heard.count(count), far.heard.count(count)])
      const tickets = Array.from({ length: count }, (_, ticket) => ticket)
      expect([ticketsOf(near.heard.records), ticketsOf(far.heard.records)]).toEqual([tickets, tickets])
    })
  })

  it('LINK-02 is not held up by another link of the same slot whose peer does not read', async () => {
    const [near, far] = [openTransport(), openTransport()]
    const accepted: Link[] = []
    const { endpoint } = await far.listen('far#1', (link) => accepted.push(link))
    const deaf = await near.dial('near#1', endpoint, soon())
    const heard = hear(await near.dial('near#2', endpoint, soon()))
    const [toDeaf, toOther] = accepted
    for (let ticket = 0; ticket < 200; ticket++) {
      toDeaf?.send(envelope(ticket, 'x'.repeat(50_000)))
      toOther?.send(envelope(ticket, 'x'.repeat(50_000)))
    }
    await heard.count(200)
    const late = hear(deaf)
    await late.count(200)
    await Promise.all([near.close(), far.close()])
  })

  it('tells when it is opened and closed, and each batch where that is wanted', async () => {
    const { emitter, events } = recorded()
    await withLink(
      async ({ near, far }) => {
        near.link.send(envelope(1))
        near.link.send(envelope(2))
        await far.heard.count(2)
        await near.link.close()
      },
      { events: emitter, batchEvents: true },
    )
    const ends = { local: 'near#1', peer: 'far#1' }
    expect(events.map(({ name, facts }) => [name, facts])).toEqual([
      ['link.opened', ends],
      ['ipc.accepted', { ...ends, direction: 'out', records: 2 }],
      ['link.closed', { ...ends, end: 'closed' }],
    ])
  })

  it('LINK-01 refuses a second connection of the same incarnation, and the first lives on', async () => {
    await withLink(async ({ near, far, proxy }) => {
      const twin = openTransport()
      await expect(twin.dial('near#1', proxy.endpoint, soon())).rejects.toThrow('HANDOFF_TRANSPORT: ')
      expect(far.transport.refusals()).toEqual({ SEC_HANDSHAKE_FAILED: 1 })
      near.link.send(envelope(1))
      await far.heard.count(1)
      await twin.close()
    })
  })

  it('LINK-01 is made to a newer incarnation too, and the link to the older one stands until it is ended', async () => {
    await withLink(async ({ near, far, proxy }) => {
      const replacement = openTransport({ incarnation: 2 })
      const heard = hear(await replacement.dial('near#1', proxy.endpoint, soon()))
      near.link.send(envelope(1))
      await far.heard.count(1)
      void near.link.close()
      expect([await near.heard.ended(), await far.heard.ended()]).toEqual(['closed', 'closed'])
      await replacement.close()
      expect(await heard.ended()).toBe('closed')
    })
  })
})

/** Every chunk of bytes takes so many milliseconds. */
function slow(delays: Readonly<Record<Toward, number>>): Filter {
  return (chunk, toward, connection) => {
    setTimeout(() => connection.inject(toward, chunk), delays[toward])
    return undefined
  }
}

/** One slot of a pair that dials the other at the same time. */
interface Side {
  readonly transport: ZeromqTransport
  readonly links: Link[]
  readonly endpoint: Endpoint
  close(): Promise<void>
}

async function openSide(slot: string, filter: Filter): Promise<Side> {
  const transport = openTransport()
  const links: Link[] = []
  const { endpoint } = await transport.listen(slot, (link) => links.push(link))
  const proxy = await createTcpProxy(endpoint, filter)
  const close = async (): Promise<void> => {
    await transport.close()
    proxy.close()
    for (const { cut } of proxy.connections) cut()
  }
  return { transport, links, endpoint: proxy.endpoint, close }
}

/** Dials; @returns the code of the failure, or undefined when it has become a link. */
async function dialled(side: Side, from: string, to: Endpoint): Promise<string | undefined> {
  try {
    side.links.push(await side.transport.dial(from, to, soon()))
    return undefined
  } catch (error) {
    return isMillraceError(error) ? error.code : 'thrown'
  }
}

describe('two slots that dial each other at once', () => {
  it(
    'LINK-01 end with one link between them, whatever takes how long',
    async () => {
      const delays = fc.record({ acceptor: fc.nat(4), dialler: fc.nat(4) })
      const oneLink = fc.asyncProperty(delays, delays, fc.nat(6), async (ofA, ofB, later) => {
        const [a, b] = [await openSide('a#1', slow(ofA)), await openSide('b#1', slow(ofB))]
        try {
          const first = dialled(a, 'a#1', b.endpoint)
          await new Promise((resolve) => setTimeout(resolve, later))
          const failures = await Promise.all([first, dialled(b, 'b#1', a.endpoint)])
          expect([a.links.length, b.links.length]).toEqual([1, 1])
          const heard = [...a.links, ...b.links].map((link) => hear(link))
          for (const link of [...a.links, ...b.links]) link.send(envelope(1))
          await Promise.all(heard.map((one) => one.count(1)))
          expect(failures.filter((code) => code !== undefined && code !== 'HANDOFF_TRANSPORT')).toEqual([])
          expect([a.transport.refusals(), b.transport.refusals()]).toEqual([{}, {}])
        } finally {
          await Promise.all([a.close(), b.close()])
        }
      })
      await fc.assert(oneLink, { numRuns: rounds })
    },
    30_000 + 3000 * rounds,
  )
})

describe('a transport that is closed', () => {
  it('waits for nobody who does not listen', async () => {
    const [near, far] = [openTransport(), openTransport()]
    const { endpoint } = await far.listen('far#1', () => undefined)
    const heard = hear(await near.dial('near#1', endpoint, soon()))
    await within('closing', near.close(), 5000)
    expect(await heard.ended()).toBe('lost')
    await within('closing the other', far.close(), 5000)
  })

  it('hands over what it was sent, also when nobody listens on its own side', async () => {
    const [near, far] = [openTransport(), openTransport()]
    const accepted: Link[] = []
    const { endpoint } = await far.listen('far#1', (link) => accepted.push(link))
    const link = await near.dial('near#1', endpoint, soon())
    const heard = accepted.map((one) => hear(one))[0]
    for (let ticket = 0; ticket < 100; ticket++) link.send(envelope(ticket, 'x'.repeat(100_000)))
    await within('closing', near.close())
    expect(await heard?.ended()).toBe('closed')
    expect(heard?.records).toHaveLength(100)
    await far.close()
  })

  it('fails the dials that are under way', async () => {
    const [near, far] = [openTransport(), openTransport()]
    const { endpoint } = await far.listen('far#1', () => undefined)
    const failed = expect(near.dial('near#1', endpoint, soon())).rejects.toThrow('HANDOFF_TRANSPORT: ')
    await near.close()
    await failed
    await far.close()
  })
})

describe('a slot', () => {
  it.each([['0.0.0.0'], ['::1'], ['localhost'], ['192.168.1.5']])(
    'SEC-IPC-07 refuses the host %j with SEC_BIND_REFUSED',
    (bindHost) => {
      expect(() => openTransport({ bindHost })).toThrow(`SEC_BIND_REFUSED: zeromq_local cannot listen on "${bindHost}"`)
    },
  )

  it('is opened once, and again when it was closed', async () => {
    const far = openTransport()
    const first = await far.listen('far#1', () => undefined)
    await expect(far.listen('far#1', () => undefined)).rejects.toThrow(
      'HANDOFF_TRANSPORT: slot far#1 cannot be opened, because it is open already; close its listener first',
    )
    await first.close()
    await first.close()
    const second = await far.listen('far#1', () => undefined)
    expect(second.endpoint.address).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/)
    await far.close()
  })

  it('keeps its links when it is closed, and takes nobody in any longer', async () => {
    const [near, far] = [openTransport(), openTransport()]
    const heard: ReturnType<typeof hear>[] = []
    const listener = await far.listen('far#1', (link) => heard.push(hear(link)))
    const link = await near.dial('near#1', listener.endpoint, soon())
    await listener.close()
    await expect(near.dial('near#2', listener.endpoint, soon())).rejects.toThrow(
      'HANDOFF_TRANSPORT: slot near#2 cannot be linked to far#1, because nobody listens there',
    )
    link.send(envelope(1))
    await heard[0]?.count(1)
    await near.close()
    await far.close()
  })

  it('is not opened on a port that another holds', async () => {
    const one = openTransport()
    const { endpoint } = await one.listen('far#1', () => undefined)
    const bindPort = Number(new URL(endpoint.address).port)
    const late = openTransport({ bindPort })
    await expect(late.listen('far#2', () => undefined)).rejects.toThrow(
      `HANDOFF_TRANSPORT: slot far#2 cannot be opened, because port ${bindPort} cannot be had`,
    )
    await Promise.all([one.close(), late.close()])
  })

  it('is given up when what is dialled speaks another protocol', async () => {
    const { createServer } = await import('node:http')
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number } // it listens on TCP
    const near = openTransport()
    const dial = near.dial('near#1', { slot: 'far#1', address: `tcp://127.0.0.1:${port}` }, soon())
    await expect(dial).rejects.toThrow('HANDOFF_TRANSPORT: ')
    await near.close()
    server.closeAllConnections()
    server.close()
  })
})
