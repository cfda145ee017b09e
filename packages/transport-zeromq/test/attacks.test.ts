import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import type { ErrorCode } from '@millrace/contracts'
import {
  type AttackedLink,
  type AttackOptions,
  envelope,
  secretForms,
  signedByHand,
  withAttackedLink,
} from '@millrace/link-tests'
import { chunkBytes, grant, noMore } from '../src/flow.js'
import { openTransport } from './open-transport.js'
import { framesSent, headBytes, onWire } from './zmtp.js'

function withAttacked(
  use: (link: AttackedLink) => Promise<void>,
  options: Omit<AttackOptions, 'open'> = {},
): Promise<void> {
  return withAttackedLink({ ...options, open: openTransport }, use)
}

/** Changes, once, the next bytes that travel to the acceptor after `arm`. */
function changeOnce(change: (chunk: Buffer) => Buffer) {
  let armed = false
  return {
    arm: () => {
      armed = true
    },
    filter(chunk: Buffer, toward: 'dialler' | 'acceptor'): Buffer {
      if (!armed || toward === 'dialler') return chunk
      armed = false
      return change(Buffer.from(chunk))
    },
  }
}

/** Flips a bit of the frame in a message; negative counts from its end. */
function flipped(at: number): (chunk: Buffer) => Buffer {
  return (chunk) => {
    const index = at < 0 ? chunk.length + at : headBytes(chunk) + at
    chunk[index] = (chunk[index] ?? 0) ^ 1
    return chunk
  }
}

function withoutSignature(chunk: Buffer): Buffer {
  const cut = chunk.subarray(headBytes(chunk), chunk.length - 32)
  cut.writeUInt32BE(cut.length - 4, 0)
  return onWire(cut)
}

function last(frames: readonly Buffer[]): Buffer {
  return frames.at(-1) ?? Buffer.alloc(0)
}

function first(frames: readonly Buffer[]): Buffer {
  return frames[0] ?? Buffer.alloc(0)
}

/** The next frame of a sender that does not know the key. */
function forgedBatch({ connection }: AttackedLink): Buffer {
  const forged = Buffer.from(last(framesSent(connection.sent('acceptor'))))
  forged.writeBigUInt64BE(forged.readBigUInt64BE(24) + 1n, 24)
  return forged
}

/** After an attack: what was attacked is not delivered, the link is lost on both sides, and the reason is known. */
async function refusedWith(code: ErrorCode, { near, far }: AttackedLink, delivered: number): Promise<void> {
  expect([await far.heard.ended(), await near.heard.ended()]).toEqual(['lost', 'lost'])
  expect(far.heard.records).toHaveLength(delivered)
  expect(far.transport.refusals()).toEqual({ [code]: 1 })
  expect(far.events.filter(({ name }) => name === 'security.refused').map(({ facts }) => facts)).toEqual([
    { code, peer: 'near#1' },
  ])
}

describe('a frame that is changed on its way', () => {
  it.each([
    ['SEC-IPC-02', 'a changed signature', flipped(-1), 'SEC_SIGNATURE_INVALID'],
    ['SEC-IPC-02', 'a changed body', flipped(40), 'SEC_SIGNATURE_INVALID'],
    ['SEC-IPC-02', 'a changed time', flipped(15), 'SEC_SIGNATURE_INVALID'],
    ['SEC-IPC-02', 'a changed kind', flipped(5), 'SEC_SIGNATURE_INVALID'],
    ['SEC-IPC-02', 'a body whose signature was cut off', withoutSignature, 'SEC_SIGNATURE_INVALID'],
    ['SEC-IPC-02', 'another version', flipped(4), 'SEC_FRAME_MALFORMED'],
  ] as const)('%s %s: nothing of it is delivered', async (_case, _what, change, code) => {
    const attack = changeOnce(change)
    await withAttacked(async (link) => {
      link.near.link.send(envelope(1))
      await link.far.heard.count(1)
      attack.arm()
      link.near.link.send(envelope(2))
      await refusedWith(code, link, 1)
    }, attack)
  })
})

describe('a message that was not sent by the peer', () => {
  it.each([
    [
      'SEC-IPC-04',
      'the last frame once more',
      ({ connection }: AttackedLink) => last(framesSent(connection.sent('acceptor'))),
      'SEC_REPLAY',
    ],
    [
      'SEC-IPC-11',
      'a frame that the receiver has sent itself',
      ({ connection }: AttackedLink) => last(framesSent(connection.sent('dialler'))),
      'SEC_SIGNATURE_INVALID',
    ],
    [
      'SEC-IPC-04',
      'the hello of this link',
      ({ connection }: AttackedLink) => first(framesSent(connection.sent('acceptor'))),
      'SEC_SIGNATURE_INVALID',
    ],
    ['SEC-IPC-02', 'a forged frame', forgedBatch, 'SEC_SIGNATURE_INVALID'],
    ['SEC-IPC-02', 'noise', () => Buffer.alloc(200, 'GET / HTTP/1.1\r\n'), 'SEC_FRAME_TOO_LARGE'],
    ['SEC-IPC-02', 'zeros', () => Buffer.alloc(64), 'SEC_FRAME_MALFORMED'],
    ['SEC-IPC-02', 'less than a frame', () => Buffer.alloc(30), 'SEC_FRAME_MALFORMED'],
    ['SEC-IPC-02', 'a grant of what was never asked for', () => grant(200), 'SEC_FRAME_MALFORMED'],
  ] as const)('%s %s: the link is lost and nothing is delivered', async (_case, _what, forged, code) => {
    await withAttacked(async (link) => {
      link.near.link.send(envelope(1))
      await link.far.heard.count(1)
      link.connection.inject('acceptor', onWire(forged(link)))
      await refusedWith(code, link, 1)
    })
  })

  it('SEC-IPC-06 an authentic frame of an unknown kind is SEC_KIND_REFUSED', async () => {
    await withAttacked(async (link) => {
      link.near.link.send(envelope(1))
      await link.far.heard.count(1)
      const sent = framesSent(link.connection.sent('acceptor'))
      const hello = first(sent)
      const welcome = first(framesSent(link.connection.sent('dialler')))
      const next = Buffer.from(last(sent).subarray(0, 32))
      next[5] = 9
      next.writeBigUInt64BE(next.readBigUInt64BE(24) + 1n, 24)
      const frame = signedByHand({ from: 'near#1', to: 'far#1', hello, welcome }, next)
      link.connection.inject('acceptor', onWire(frame))
      await refusedWith('SEC_KIND_REFUSED', link, 1)
    })
  })

  it.each([
    ['the sign that nothing follows', noMore],
    ['the sign that the link is lost', Buffer.alloc(0)],
    ['a message that is too large for ZeroMQ itself', Buffer.alloc(chunkBytes + 1)],
  ])('is no more than cutting the connection: %s', async (_what, message) => {
    await withAttacked(async ({ near, far, connection }) => {
      near.link.send(envelope(1))
      await far.heard.count(1)
      connection.inject('acceptor', onWire(message))
      expect([await far.heard.ended(), await near.heard.ended()]).toEqual(['lost', 'lost'])
      expect(far.transport.refusals()).toEqual({})
    })
  })
})

describe('a frame that somebody keeps back', () => {
  it('SEC-IPC-03 is SEC_EXPIRED, although its socket was idle and its loop turned', async () => {
    const ttlMs = 200
    let kept = false
    const options: Omit<AttackOptions, 'open'> = {
      far: { ttlMs },
      filter(chunk, toward, connection) {
        if (!kept || toward === 'dialler') return chunk
        setTimeout(() => connection.inject(toward, chunk), 3 * ttlMs)
        return undefined
      },
    }
    await withAttacked(async (link) => {
      link.near.link.send(envelope(1))
      await link.far.heard.count(1)
      kept = true
      link.near.link.send(envelope(2))
      await refusedWith('SEC_EXPIRED', link, 1)
    }, options)
  })
})

describe('what is said about an attack', () => {
  it('SEC-IPC-08 holds no secret', async () => {
    await withAttacked(async (link) => {
      link.connection.inject('acceptor', onWire(forgedBatch(link)))
      await refusedWith('SEC_SIGNATURE_INVALID', link, 0)
      const ends = [link.near, link.far].map(({ transport, link: end, events }) => ({ transport, end, events }))
      const said = `${inspect(ends, { depth: 20, showHidden: true, maxArrayLength: null })}${JSON.stringify(ends)}`
      expect(said).toContain('SEC_SIGNATURE_INVALID')
      expect(secretForms().filter((form) => said.includes(form))).toEqual([])
    })
  })
})
