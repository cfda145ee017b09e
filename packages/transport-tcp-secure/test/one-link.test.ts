import { describe, expect, it } from '@jest/globals'
import { type Endpoint, isMillraceError, type Link } from '@millrace/contracts'
import { createTcpProxy, envelope, type Filter, hear, type Toward } from '@millrace/link-tests'
import fc from 'fast-check'
import type { TcpTransport } from '../src/index.js'
import { withAttackedLink } from './attacked-link.js'
import { openTransport } from './open-transport.js'

const rounds = Number(process.env.ROUNDS || 30)

/** Every chunk takes so many milliseconds. */
function slow(delays: Readonly<Record<Toward, number>>): Filter {
  return (chunk, toward, connection) => {
    setTimeout(() => connection.inject(toward, chunk), delays[toward])
    return undefined
  }
}

/** One slot of a pair that dials the other at the same time. */
interface Side {
  readonly transport: TcpTransport
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
    proxy.close()
    await transport.close()
  }
  return { transport, links, endpoint: proxy.endpoint, close }
}

/** Dials; @returns the code of the failure, or undefined when it has become a link. */
async function dialled(
  side: Pick<Side, 'transport' | 'links'>,
  from: string,
  to: Endpoint,
): Promise<string | undefined> {
  try {
    side.links.push(await side.transport.dial(from, to, AbortSignal.timeout(20_000)))
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
          await oneLinkBetween(a, b)
          expect(failures.filter((code) => code !== undefined && code !== 'HANDOFF_TRANSPORT')).toEqual([])
          expect([a.transport.refusals(), b.transport.refusals()]).toEqual([{}, {}])
        } finally {
          await Promise.all([a.close(), b.close()])
        }
      })
      await fc.assert(oneLink, { numRuns: rounds })
    },
    20_000 + 1000 * rounds,
  )
})

/** Each side has one link, and they are the ends of one connection. */
async function oneLinkBetween(a: Side, b: Side): Promise<void> {
  expect([a.links.length, b.links.length]).toEqual([1, 1])
  const [heardByA, heardByB] = [a, b].map(({ links }) => links.map((link) => hear(link)))
  a.links[0]?.send(envelope(1))
  b.links[0]?.send(envelope(2))
  await Promise.all([heardByA?.[0]?.count(1), heardByB?.[0]?.count(1)])
}

describe('a slot that is linked already', () => {
  it('LINK-01 refuses a second connection of the same incarnation, and the first lives on', async () => {
    await withAttackedLink({}, async ({ near, far, proxy }) => {
      const twin = openTransport()
      const second = await dialled({ transport: twin, links: [] }, 'near#1', proxy.endpoint)
      expect(second).toBe('HANDOFF_TRANSPORT')
      expect(far.transport.refusals()).toEqual({ SEC_HANDSHAKE_FAILED: 1 })
      near.link.send(envelope(1))
      await far.heard.count(1)
      await twin.close()
    })
  })

  it('LINK-01 is linked to a newer incarnation too, and the link to the older one stands until it is ended', async () => {
    await withAttackedLink({}, async ({ near, far, proxy }) => {
      const replacement = openTransport({ incarnation: 2 })
      const heard = hear(await replacement.dial('near#1', proxy.endpoint, AbortSignal.timeout(20_000)))
      near.link.send(envelope(1))
      await far.heard.count(1)
      void near.link.close()
      expect([await near.heard.ended(), await far.heard.ended()]).toEqual(['closed', 'closed'])
      await replacement.close()
      expect(await heard.ended()).toBe('closed')
      expect(far.transport.refusals()).toEqual({})
    })
  })

  it('is dialled again only when the link has ended', async () => {
    await withAttackedLink({}, async ({ near, proxy }) => {
      const dial = (): Promise<Link> => near.transport.dial('near#1', proxy.endpoint, AbortSignal.timeout(20_000))
      await expect(dial()).rejects.toThrow('they have a link already; use that one')
      void near.link.close()
      hear(await dial())
      expect(await near.heard.ended()).toBe('closed')
    })
  })
})
