import { describe, expect, it } from '@jest/globals'
import type { Endpoint } from '@millrace/contracts'
import { type AttackedLink, envelope, lyingHello, withAttackedLink, within } from '@millrace/link-tests'
import { Dealer } from 'zeromq'
import { openTransport } from './open-transport.js'
import { passFor, strangersPass } from './strangers-pass.js'
import { framesSent } from './zmtp.js'

/** Says something to a slot whose door it has passed, and nothing else; resolves with what is answered, which must be the end. */
async function answerTo({ address }: Endpoint, ...said: (Buffer | Buffer[])[]): Promise<Buffer | undefined> {
  const stranger = new Dealer({ ...strangersPass, linger: 0 })
  try {
    stranger.connect(address)
    for (const message of said) await stranger.send(message)
    const [answer] = await within('an answer', stranger.receive())
    return answer
  } finally {
    stranger.close()
  }
}

/** Resolves when ZeroMQ has said that its password is wrong. */
async function isRefused({ events }: Dealer): Promise<void> {
  for await (const { type } of events) if (type === 'handshake:error:auth') return
}

async function besideAnHonestLink(use: (link: AttackedLink) => Promise<void>): Promise<void> {
  await withAttackedLink({ open: openTransport }, async (link) => {
    link.near.link.send(envelope(1))
    await link.far.heard.count(1)
    await use(link)
    link.near.link.send(envelope(2))
    await link.far.heard.count(2)
  })
}

describe('a stranger', () => {
  it.each([
    ['noise', [Buffer.alloc(200, 'GET / HTTP/1.1\r\n')], 'SEC_FRAME_TOO_LARGE'],
    ['less than a frame', [Buffer.from('hello')], 'SEC_FRAME_MALFORMED'],
    ['several parts', [[lyingHello(), lyingHello()]], 'SEC_FRAME_MALFORMED'],
    ['a hello that nobody has signed', [lyingHello()], 'SEC_SIGNATURE_INVALID'],
    ['a grant', [Buffer.of(1)], 'SEC_FRAME_MALFORMED'],
    ['the beginning of a frame that is too large', [Buffer.alloc(64, 127)], 'SEC_FRAME_TOO_LARGE'],
  ] as const)('SEC-IPC-02 is refused, and other links live on: %s', async (_what, said, code) => {
    await besideAnHonestLink(async ({ far, proxy }) => {
      const answer = await answerTo(proxy.endpoint, ...said.map((message) => message as Buffer | Buffer[])) // as `send` takes it
      expect(answer).toHaveLength(0)
      expect(far.transport.refusals()).toEqual({ [code]: 1 })
    })
  })

  it.each([
    ['another password', { plainUsername: 'near#9', plainPassword: 'f'.repeat(64) }],
    ['the password of another pair', passFor('near#9', 'far#2')],
    ['the name of another', { ...strangersPass, plainUsername: 'near#1' }],
  ])('SEC-IPC-02 does not come in with %s, and other links live on', async (_what, pass) => {
    await besideAnHonestLink(async ({ far, proxy }) => {
      const stranger = new Dealer({ ...pass, linger: 0, reconnectInterval: -1 })
      const refused = isRefused(stranger)
      stranger.connect(proxy.endpoint.address)
      await within('being refused', refused)
      stranger.close()
      expect(far.transport.refusals()).toEqual({ SEC_SIGNATURE_INVALID: 1 })
    })
  })

  it('SEC-IPC-04 with a recorded hello opens nothing', async () => {
    await besideAnHonestLink(async ({ far, connection, proxy }) => {
      expect(await answerTo(proxy.endpoint, ...framesSent(connection.sent('acceptor')))).toHaveLength(0)
      expect(far.transport.refusals()).toEqual({ SEC_REPLAY: 1 })
      expect(far.events.filter(({ name }) => name === 'link.opened')).toHaveLength(1)
    })
  })

  it('SEC-IPC-11 with a recorded session in a process that has not seen the hello opens nothing', async () => {
    const links: unknown[] = []
    await besideAnHonestLink(async ({ connection }) => {
      const replacement = openTransport()
      const { endpoint } = await replacement.listen('far#1', (link) => links.push(link))
      const welcome = await answerTo(endpoint, ...framesSent(connection.sent('acceptor')))
      expect(welcome?.[5]).toBe(2)
      await replacement.close()
      expect(replacement.refusals()).toEqual({ SEC_SIGNATURE_INVALID: 1 })
    })
    expect(links).toEqual([])
  })

  it('SEC-IPC-10 that says nothing after its first message is ended in time', async () => {
    await besideAnHonestLink(async ({ far, connection, proxy }) => {
      const hello = Buffer.from(framesSent(connection.sent('acceptor'))[0] ?? Buffer.alloc(0)).subarray(0, 100)
      expect(await answerTo(proxy.endpoint, hello)).toHaveLength(0)
      expect(far.transport.refusals()).toEqual({ SEC_HANDSHAKE_FAILED: 1 })
    })
  })
})
