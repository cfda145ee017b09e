import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import type { ErrorCode } from '@millrace/contracts'
import {
  type AttackedLink,
  envelope,
  framesOf,
  lastFrameOf,
  secretForms,
  signedByHand,
  within,
} from '@millrace/link-tests'
import { withAttackedLink } from './attacked-link.js'

/** Changes, once, the next bytes that travel to the acceptor after `arm`. */
function changeOnce(change: (chunk: Buffer) => Buffer | undefined) {
  let armed = false
  return {
    arm: () => {
      armed = true
    },
    filter(chunk: Buffer, toward: 'dialler' | 'acceptor'): Buffer | undefined {
      if (!armed || toward === 'dialler') return chunk
      armed = false
      return change(Buffer.from(chunk))
    },
  }
}

function flipped(at: number): (chunk: Buffer) => Buffer {
  return (chunk) => {
    const index = at < 0 ? chunk.length + at : at
    chunk[index] = (chunk[index] ?? 0) ^ 1
    return chunk
  }
}

function withoutSignature(chunk: Buffer): Buffer {
  const cut = chunk.subarray(0, chunk.length - 32)
  cut.writeUInt32BE(cut.length - 4, 0)
  return cut
}

function headerOnly(chunk: Buffer): Buffer {
  const cut = chunk.subarray(0, 32)
  cut.writeUInt32BE(28, 0)
  return cut
}

/** The next frame of a sender that does not know the key. */
function forgedBatch({ connection }: AttackedLink): Buffer {
  const forged = Buffer.from(lastFrameOf(connection.sent('acceptor')))
  forged.writeBigUInt64BE(forged.readBigUInt64BE(24) + 1n, 24)
  return forged
}

/** After an attack: what was attacked is not delivered, the link is lost on both sides, and the reason is known. */
async function refusedWith(code: ErrorCode, { near, far, connection }: AttackedLink, delivered: number): Promise<void> {
  expect([await far.heard.ended(), await near.heard.ended()]).toEqual(['lost', 'lost'])
  expect(far.heard.records).toHaveLength(delivered)
  expect(far.transport.refusals()).toEqual({ [code]: 1 })
  expect(far.events.filter(({ name }) => name === 'security.refused').map(({ facts }) => facts)).toEqual([
    { code, peer: 'near#1' },
  ])
  await within('the connection being closed', connection.closedBy('acceptor'))
}

/** Everything that either side can be made to say about itself. */
function diagnosticsOf({ near, far }: AttackedLink): string {
  const ends = [near, far].map(({ transport, link, events }) => ({
    transport,
    link,
    events,
    all: transport.refusals(),
  }))
  return `${inspect(ends, { depth: 20, showHidden: true, maxArrayLength: null })}${JSON.stringify(ends)}`
}

describe('a frame that is changed on its way', () => {
  it.each([
    ['IPC-INT-05', 'a changed signature', flipped(-1), 'SEC_SIGNATURE_INVALID'],
    ['SEC-IPC-02', 'a changed body', flipped(40), 'SEC_SIGNATURE_INVALID'],
    ['SEC-IPC-02', 'a changed time', flipped(15), 'SEC_SIGNATURE_INVALID'],
    ['SEC-IPC-02', 'a changed counter', flipped(31), 'SEC_SIGNATURE_INVALID'],
    ['SEC-IPC-02', 'a changed kind', flipped(5), 'SEC_SIGNATURE_INVALID'],
    ['SEC-IPC-02', 'a body whose signature was cut off', withoutSignature, 'SEC_SIGNATURE_INVALID'],
    ['SEC-IPC-02', 'no signature at all', headerOnly, 'SEC_FRAME_MALFORMED'],
    ['SEC-IPC-02', 'another version', flipped(4), 'SEC_FRAME_MALFORMED'],
  ] as const)('%s %s: nothing of it is delivered', async (_case, _what, change, code) => {
    const attack = changeOnce(change)
    await withAttackedLink(attack, async (link) => {
      link.near.link.send(envelope(1))
      await link.far.heard.count(1)
      attack.arm()
      link.near.link.send(envelope(2))
      await refusedWith(code, link, 1)
    })
  })
})

describe('a frame that was not sent by the peer', () => {
  it.each([
    [
      'IPC-INT-06',
      'the length of a frame that is too large, without a byte of it',
      () => Buffer.from([0x7f, 0, 0, 0]),
      'SEC_FRAME_TOO_LARGE',
    ],
    ['SEC-IPC-05', 'a length one above the limit', () => Buffer.from([0, 0x0f, 0xff, 0xfd]), 'SEC_FRAME_TOO_LARGE'],
    [
      'IPC-INT-07 OBS-IPC-02',
      'the last frame once more',
      ({ connection }: AttackedLink) => lastFrameOf(connection.sent('acceptor')),
      'SEC_REPLAY',
    ],
    [
      'SEC-IPC-11 OBS-IPC-01',
      'a frame that the receiver has sent itself',
      ({ connection }: AttackedLink) => lastFrameOf(connection.sent('dialler')),
      'SEC_SIGNATURE_INVALID',
    ],
    [
      'SEC-IPC-04',
      'the hello of this link',
      ({ connection }: AttackedLink) => framesOf(connection.sent('acceptor'))[0] ?? Buffer.alloc(0),
      'SEC_SIGNATURE_INVALID',
    ],
    ['SEC-IPC-02', 'noise', () => Buffer.alloc(200, 'GET / HTTP/1.1\r\n'), 'SEC_FRAME_TOO_LARGE'],
    ['SEC-IPC-02', 'zeros', () => Buffer.alloc(64), 'SEC_FRAME_MALFORMED'],
  ] as const)('%s %s: the link is lost and nothing is delivered', async (_case, _what, forged, code) => {
    await withAttackedLink({}, async (link) => {
      link.near.link.send(envelope(1))
      await link.far.heard.count(1)
      link.connection.inject('acceptor', forged(link))
      await refusedWith(code, link, 1)
    })
  })

  it('SEC-IPC-04 frames in another order are SEC_REPLAY', async () => {
    const held: Buffer[] = []
    const attack = changeOnce((chunk) => {
      held.push(chunk)
      return undefined
    })
    await withAttackedLink(attack, async (link) => {
      attack.arm()
      link.near.link.send(envelope(1))
      await new Promise((resolve) => setImmediate(resolve))
      link.near.link.send(envelope(2))
      await refusedWith('SEC_REPLAY', link, 0)
      expect(held).toHaveLength(1)
    })
  })

  it('SEC-IPC-06 an authentic frame of an unknown kind is SEC_KIND_REFUSED', async () => {
    await withAttackedLink({}, async (link) => {
      link.near.link.send(envelope(1))
      await link.far.heard.count(1)
      const sent = link.connection.sent('acceptor')
      const hello = framesOf(sent)[0] ?? Buffer.alloc(0)
      const welcome = framesOf(link.connection.sent('dialler'))[0] ?? Buffer.alloc(0)
      const next = Buffer.from(lastFrameOf(sent).subarray(0, 32))
      next[5] = 9
      next.writeBigUInt64BE(next.readBigUInt64BE(24) + 1n, 24)
      link.connection.inject('acceptor', signedByHand({ from: 'near#1', to: 'far#1', hello, welcome }, next))
      await refusedWith('SEC_KIND_REFUSED', link, 1)
    })
  })

  it('signing by hand is right: a farewell so signed is believed', async () => {
    await withAttackedLink({}, async ({ connection, far }) => {
      const sent = connection.sent('acceptor')
      const hello = framesOf(sent)[0] ?? Buffer.alloc(0)
      const welcome = framesOf(connection.sent('dialler'))[0] ?? Buffer.alloc(0)
      const bye = Buffer.from(lastFrameOf(sent).subarray(0, 32))
      bye[5] = 4
      bye.writeBigUInt64BE(bye.readBigUInt64BE(24) + 1n, 24)
      connection.inject('acceptor', signedByHand({ from: 'near#1', to: 'far#1', hello, welcome }, bye))
      expect(await far.heard.ended()).toBe('closed')
    })
  })
})

describe('what is said about an attack', () => {
  it.each([
    ['IPC-INT-08', 'a bad signature', forgedBatch, 'SEC_SIGNATURE_INVALID'],
    ['IPC-INT-08', 'an oversized frame', () => Buffer.from([0x7f, 0, 0, 0]), 'SEC_FRAME_TOO_LARGE'],
    [
      'IPC-INT-08',
      'a replay',
      ({ connection }: AttackedLink) => lastFrameOf(connection.sent('acceptor')),
      'SEC_REPLAY',
    ],
    [
      'SEC-IPC-08',
      'a reflected frame',
      ({ connection }: AttackedLink) => lastFrameOf(connection.sent('dialler')),
      'SEC_SIGNATURE_INVALID',
    ],
  ] as const)('%s holds no secret: %s', async (_case, _what, forged, code) => {
    await withAttackedLink({}, async (link) => {
      link.connection.inject('acceptor', forged(link))
      await refusedWith(code, link, 0)
      const diagnostics = diagnosticsOf(link)
      expect(diagnostics).toContain(code)
      expect(secretForms().filter((form) => diagnostics.includes(form))).toEqual([])
    })
  })
})
