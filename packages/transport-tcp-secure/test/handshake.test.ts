import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { type Link, MillraceError } from '@millrace/contracts'
import {
  createTcpProxy,
  envelope,
  framesOf,
  type Heard,
  hear,
  lastFrameOf,
  recorded,
  secretForms,
} from '@millrace/link-tests'
import type { TcpTransport, TcpTransportOptions } from '../src/index.js'
import { withAttackedLink } from './attacked-link.js'
import { openTransport } from './open-transport.js'
import { connectRaw } from './raw-peer.js'

/** Two transports, closed when the test is over. */
async function withTransports(
  use: (near: TcpTransport, far: TcpTransport) => Promise<void>,
  near: Partial<TcpTransportOptions> = {},
  far: Partial<TcpTransportOptions> = {},
): Promise<void> {
  const transports = [openTransport(near), openTransport(far)] as const
  try {
    await use(...transports)
  } finally {
    await Promise.all(transports.map((transport) => transport.close()))
  }
}

function soon(): AbortSignal {
  return AbortSignal.timeout(10_000)
}

async function failureOf(promised: Promise<unknown>): Promise<MillraceError> {
  const thrown = await promised.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (thrown instanceof MillraceError) return thrown
  throw new Error(`it must fail with a MillraceError (got ${inspect(thrown)})`)
}

describe('a frame recorded on one connection and sent on another', () => {
  it('SEC-IPC-11 is SEC_SIGNATURE_INVALID in the next session of the same link', async () => {
    await withAttackedLink({}, async ({ near, far, connection, proxy }) => {
      near.link.send(envelope(1))
      await far.heard.count(1)
      const frame = lastFrameOf(connection.sent('acceptor'))
      connection.cut()
      await Promise.all([near.heard.ended(), far.heard.ended()])
      const again = hear(await near.transport.dial('near#1', proxy.endpoint, soon()))
      proxy.connections[1]?.inject('acceptor', frame)
      expect(await again.ended()).toBe('lost')
      expect(far.transport.refusals()).toEqual({ SEC_SIGNATURE_INVALID: 1 })
      expect(far.heard.records).toHaveLength(1)
    })
  })

  it('SEC-IPC-04 is SEC_SIGNATURE_INVALID on the link of another pair', async () => {
    await withAttackedLink({}, async ({ near, far, connection, proxy }) => {
      near.link.send(envelope(1))
      await far.heard.count(1)
      const other = hear(await near.transport.dial('near#2', proxy.endpoint, soon()))
      proxy.connections[1]?.inject('acceptor', lastFrameOf(connection.sent('acceptor')))
      expect(await other.ended()).toBe('lost')
      expect(far.transport.refusals()).toEqual({ SEC_SIGNATURE_INVALID: 1 })
      near.link.send(envelope(2))
      await far.heard.count(2)
    })
  })

  it('SEC-IPC-04 opens nothing and delivers nothing when it begins with its hello', async () => {
    await withAttackedLink({}, async ({ near, far, connection, proxy }) => {
      near.link.send(envelope(1))
      await far.heard.count(1)
      const recording = connection.sent('acceptor')
      connection.cut()
      await Promise.all([near.heard.ended(), far.heard.ended()])
      const replayed = await connectRaw(proxy.endpoint)
      replayed.send(recording)
      expect(await replayed.closed()).toHaveLength(0)
      expect(far.transport.refusals()).toEqual({ SEC_REPLAY: 1 })
      expect(far.events.filter(({ name }) => name === 'link.opened')).toHaveLength(1)
    })
  })

  it('SEC-IPC-04 opens nothing and delivers nothing in a process that has not seen the hello', async () => {
    const links: Link[] = []
    await withAttackedLink({}, async ({ near, far, connection }) => {
      near.link.send(envelope(1))
      await far.heard.count(1)
      await withTransports(async (_near, replacement) => {
        const { endpoint } = await replacement.listen('far#1', (link) => links.push(link))
        const replayed = await connectRaw(endpoint)
        replayed.send(connection.sent('acceptor'))
        expect(framesOf(await replayed.closed()).map((frame) => frame[5])).toEqual([2])
        expect(replacement.refusals()).toEqual({ SEC_SIGNATURE_INVALID: 1 })
      })
      expect(links).toEqual([])
    })
  })

  it('SEC-IPC-04 is refused while the memory of hellos is full, and so is an honest one', async () => {
    await withTransports(
      async (near, far) => {
        const { endpoint } = await far.listen('far#1', () => undefined)
        await near.dial('near#1', endpoint, soon())
        await near.dial('near#2', endpoint, soon())
        expect(await failureOf(near.dial('near#3', endpoint, soon()))).toMatchObject({ code: 'HANDOFF_TRANSPORT' })
        expect(far.refusals()).toEqual({ SEC_HANDSHAKE_FAILED: 1 })
      },
      {},
      { nonceCacheSize: 2 },
    )
  })
})

describe('a peer that is not one of this run', () => {
  it.each([
    ['holds another key', { keyOf: () => randomBytes(32) }, 'SEC_SIGNATURE_INVALID'],
    ['belongs to another run', { run: 'ffffffffffffffffffffffffffffffff' }, 'SEC_HANDSHAKE_FAILED'],
    ['holds another plan', { planHash: 'another' }, 'BOOT_PLAN_MISMATCH'],
  ] as const)('SEC-IPC-02 is refused when it %s', async (_what, options, code) => {
    const { emitter, events } = recorded()
    await withTransports(
      async (near, far) => {
        const links: Link[] = []
        const { endpoint } = await far.listen('far#1', (link) => links.push(link))
        const error = await failureOf(near.dial('near#1', endpoint, soon()))
        expect(error).toMatchObject({ code: 'HANDOFF_TRANSPORT', facts: { from: 'near#1', slot: 'far#1' } })
        expect(far.refusals()).toEqual({ [code]: 1 })
        expect(events.map(({ name, facts }) => [name, facts])).toEqual([['security.refused', { code }]])
        expect(links).toEqual([])
      },
      options,
      { events: emitter },
    )
  })

  it('SEC-IPC-02 is refused when it names a slot that the plan links with nothing here', async () => {
    await withTransports(
      async (near, far) => {
        const { endpoint } = await far.listen('far#1', () => undefined)
        await failureOf(near.dial('near#1', endpoint, soon()))
        expect(far.refusals()).toEqual({ SEC_SIGNATURE_INVALID: 1 })
      },
      {},
      { keyOf: () => undefined },
    )
  })

  it('is not dialled when it shares no key', async () => {
    await withTransports(
      async (near, far) => {
        const { endpoint } = await far.listen('far#1', () => undefined)
        const error = await failureOf(near.dial('near#1', endpoint, soon()))
        expect(error.message).toBe(
          'SEC_HANDSHAKE_FAILED: slot near#1 cannot be linked to far#1, because they share no key; the plan has no link between them',
        )
      },
      { keyOf: () => undefined },
    )
  })

  it.each([
    ['noise', () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'SEC_FRAME_TOO_LARGE'],
    ['its own hello', (hello: Buffer) => hello, 'SEC_SIGNATURE_INVALID'],
    ['a welcome that nobody has signed', unsignedWelcome, 'SEC_SIGNATURE_INVALID'],
  ] as const)(
    'SEC-IPC-02 fails a dial with SEC_HANDSHAKE_FAILED when it answers with %s',
    async (_what, answer, code) => {
      const server = createServer((socket) => {
        socket.on('error', () => undefined)
        socket.once('data', (hello) => socket.write(answer(hello)))
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as { port: number } // it listens on TCP
      try {
        await withTransports(async (near) => {
          const error = await failureOf(
            near.dial('near#1', { slot: 'far#1', address: `tcp://127.0.0.1:${port}` }, soon()),
          )
          expect(error).toMatchObject({ code: 'SEC_HANDSHAKE_FAILED', cause: { code } })
          expect(near.refusals()).toEqual({ [code]: 1 })
          const said = `${inspect(error, { depth: 20, showHidden: true })}${JSON.stringify(error)}`
          expect(secretForms().filter((form) => said.includes(form))).toEqual([])
        })
      } finally {
        server.close()
      }
    },
  )

  it('SEC-IPC-05 may send no more than a handshake needs before it is known', async () => {
    await withTransports(async (_near, far) => {
      const { endpoint } = await far.listen('far#1', () => undefined)
      const peer = await connectRaw(endpoint)
      // The length of a frame that an open link may send.
      peer.send(Buffer.from([0, 0, 0x10, 0]))
      expect(await peer.closed()).toHaveLength(0)
      expect(far.refusals()).toEqual({ SEC_FRAME_TOO_LARGE: 1 })
    })
  })
})

describe('a hello that is nearly as long as a frame of a handshake may be', () => {
  it('opens a link, also where the first batch comes behind it in pieces', async () => {
    const run = 'r'.repeat(850)
    const { emitter, events } = recorded()
    await withTransports(
      async (near, far) => {
        const accepted: Heard[] = []
        const { endpoint } = await far.listen('far#1', (link) => accepted.push(hear(link)))
        let toAcceptor = 0
        const proxy = await createTcpProxy(endpoint, (chunk, toward, connection) => {
          if (toward === 'dialler' || toAcceptor++ !== 1) return chunk
          // Its beginning has been read before the rest leaves.
          setTimeout(() => connection.inject('acceptor', chunk.subarray(50)), 50)
          return chunk.subarray(0, 50)
        })
        const link = await near.dial('near#1', proxy.endpoint, soon())
        link.send(envelope(1))
        await accepted[0]?.count(1)
        proxy.close()
        expect(far.refusals()).toEqual({})
        expect(events.map(({ name }) => name)).toEqual(['link.opened'])
      },
      { run },
      { run, events: emitter },
    )
  })
})

describe('a recorded welcome', () => {
  it('SEC-IPC-04 is SEC_SIGNATURE_INVALID under another hello', async () => {
    await withAttackedLink({}, async ({ near, connection }) => {
      const welcome = framesOf(connection.sent('dialler'))[0] ?? Buffer.alloc(0)
      const server = createServer((socket) =>
        socket.on('error', () => undefined).once('data', () => socket.write(welcome)),
      )
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as { port: number } // it listens on TCP
      const liar = { slot: 'far#1', address: `tcp://127.0.0.1:${port}` }
      near.link.send(envelope(1))
      connection.cut()
      await near.heard.ended()
      const error = await failureOf(near.transport.dial('near#1', liar, soon()))
      server.close()
      expect(error).toMatchObject({ code: 'SEC_HANDSHAKE_FAILED', cause: { code: 'SEC_SIGNATURE_INVALID' } })
    })
  })
})

/** As long as a real one, signed by nobody. */
function unsignedWelcome(hello: Buffer): Buffer {
  const welcome = Buffer.from(hello)
  welcome[5] = 2
  return welcome
}
