import { describe, expect, it } from '@jest/globals'
import { Acceptor, Dialler, linkKey, masterKey, NonceCache } from '../src/index.js'
import { failureOf } from './failure-of.js'
import { acceptor, cancel, dialler, opened, sealed, secret, testEnd, testLink, testPair, ttlMs } from './linked.js'
import { reframed, rewelcomed } from './reframed.js'

describe('Dialler and Acceptor', () => {
  it('SEC-IPC-01 agree on a session in which both are heard, and learn who the other is', () => {
    const { dialling, accepting } = testLink()
    expect(dialling.peer).toEqual({ slot: 'far#1', incarnation: 2 })
    expect(accepting.peer).toEqual({ slot: 'near#1', incarnation: 1 })
    expect(opened(accepting, sealed(dialling, [cancel(1)]))).toEqual([cancel(1)])
    expect(opened(dialling, sealed(accepting, [cancel(2)]))).toEqual([cancel(2)])
  })

  it('give each connection keys of its own', () => {
    const pair = testPair()
    const [first, second] = [testLink(pair), testLink(pair)]
    expect(sealed(first.dialling, [cancel(1)])).not.toEqual(sealed(second.dialling, [cancel(1)]))
  })

  it('a session is confirmed by the first batch, and not by a farewell', () => {
    const { dialling, accepting } = testLink()
    expect(dialling.opener.confirmed).toBe(false)
    dialling.opener.open(accepting.sealer.bye(), dialling.now(), () => undefined)
    expect(dialling.opener.confirmed).toBe(false)
    opened(accepting, dialling.sealer.seal())
    expect(accepting.opener.confirmed).toBe(true)
  })

  describe('the acceptor refuses', () => {
    it('SEC-IPC-04 a hello that it has answered before', () => {
      const pair = testPair()
      const { hello } = dialler(pair)
      const first = acceptor(pair)
      first.answer(hello, first.now())
      const second = acceptor(pair)
      expect(failureOf(() => second.answer(hello, second.now()))).toMatchObject({ code: 'SEC_REPLAY' })
    })

    it('SEC-IPC-04 a recorded hello at another slot, and at its own sender', () => {
      const pair = testPair()
      const { hello } = dialler(pair)
      const other = new Acceptor(testEnd({ slot: 'far#2', incarnation: 1 }).settings, () => pair.key, pair.seen)
      const sender = new Acceptor(pair.near.settings, () => pair.key, pair.seen)
      expect(failureOf(() => other.answer(hello, other.now()))).toMatchObject({ code: 'SEC_SIGNATURE_INVALID' })
      expect(failureOf(() => sender.answer(hello, sender.now()))).toMatchObject({ code: 'SEC_SIGNATURE_INVALID' })
    })

    it('SEC-IPC-04 every hello while it can remember no more, rather than forget one', () => {
      const pair = { ...testPair(), seen: new NonceCache({ capacity: 1, ttlMs }) }
      const first = dialler(pair)
      acceptor(pair).answer(first.hello, pair.far.clock.wall())
      const second = dialler(pair)
      const accepting = acceptor(pair)
      expect(failureOf(() => accepting.answer(second.hello, accepting.now()))).toMatchObject({
        code: 'SEC_HANDSHAKE_FAILED',
      })
      expect(failureOf(() => accepting.answer(first.hello, accepting.now()))).toMatchObject({ code: 'SEC_REPLAY' })
    })

    it('SEC-IPC-09 a forged hello, and remembers nothing of it', () => {
      const pair = testPair()
      const forged = Buffer.from(dialler(pair).hello)
      forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1
      const accepting = acceptor(pair)
      expect(failureOf(() => accepting.answer(forged, accepting.now()))).toMatchObject({
        code: 'SEC_SIGNATURE_INVALID',
      })
      expect(pair.seen.size).toBe(0)
    })

    it('SEC-IPC-02 a hello of a stranger, of a slot it has no link with, and one signed with another key', () => {
      const pair = testPair()
      const stranger = new Dialler(testEnd({ slot: 'stranger#1', incarnation: 1 }).settings, 'far#1', pair.key)
      const wrongKey = linkKey(masterKey(new Uint8Array(32), 'hkdf_sha256'), 'near#1', 'far#1')
      const impostor = new Dialler(pair.near.settings, 'far#1', wrongKey)
      const accepting = acceptor(pair)
      expect(failureOf(() => accepting.answer(stranger.hello, accepting.now()))).toMatchObject({
        code: 'SEC_SIGNATURE_INVALID',
      })
      expect(failureOf(() => accepting.answer(impostor.hello, accepting.now()))).toMatchObject({
        code: 'SEC_SIGNATURE_INVALID',
      })
    })

    it.each([
      ['of another run', { run: 'another' }, 'SEC_HANDSHAKE_FAILED'],
      ['with another plan', { planHash: 'another' }, 'BOOT_PLAN_MISMATCH'],
    ])('a peer %s', (_name, settings, code) => {
      const pair = testPair()
      const { hello } = dialler({ ...pair, near: testEnd(pair.near.settings.local, settings) })
      const accepting = acceptor(pair)
      expect(failureOf(() => accepting.answer(hello, accepting.now()))).toMatchObject({
        code,
        facts: { peer: 'near#1' },
      })
    })

    it('SEC-IPC-06 an authentic welcome, and an authentic batch, in the place of a hello', () => {
      const pair = testPair()
      const { hello } = dialler(pair)
      const accepting = acceptor(pair)
      expect([2, 3, 4, 5].map((kind) => codeOf(() => accepting.answer(helloOfKind(pair.key, hello, kind), 0)))).toEqual(
        ['SEC_KIND_REFUSED', 'SEC_KIND_REFUSED', 'SEC_KIND_REFUSED', 'SEC_KIND_REFUSED'],
      )
    })

    it.each([
      ['a session', 'SEC_REPLAY', 16],
      ['a counter', 'SEC_REPLAY', 31],
      ['a flag', 'SEC_FRAME_MALFORMED', 6],
      ['a random of its peer', 'SEC_HANDSHAKE_FAILED', 64],
      ['another letter in the slot it dials', 'SEC_HANDSHAKE_FAILED', 107],
    ])('an authentic hello with %s is refused with %s', (_name, code, offset) => {
      const pair = testPair()
      const { hello } = dialler(pair)
      const changed = reframed(hello, pair.key, (bytes) => {
        bytes[offset] = (bytes[offset] ?? 0) ^ 1
      })
      const accepting = acceptor(pair)
      expect(codeOf(() => accepting.answer(changed, accepting.now()))).toBe(code)
    })

    it('an authentic hello with something behind its last field', () => {
      const pair = testPair()
      const { hello } = dialler(pair)
      const accepting = acceptor(pair)
      const longer = reframed(hello, pair.key, (bytes) => Buffer.concat([bytes, Buffer.of(0)]))
      expect(codeOf(() => accepting.answer(longer, accepting.now()))).toBe('SEC_FRAME_MALFORMED')
    })

    it('an authentic hello whose last text reaches into its signature', () => {
      const pair = testPair()
      const { hello } = dialler(pair)
      const accepting = acceptor(pair)
      const reaching = reframed(hello, pair.key, (bytes) => {
        bytes[bytes.length - 5] = 6
      })
      expect(codeOf(() => accepting.answer(reaching, accepting.now()))).toBe('SEC_FRAME_MALFORMED')
    })

    it('SEC-IPC-02 anything that is too short to be a hello', () => {
      const pair = testPair()
      const { hello } = dialler(pair)
      const accepting = acceptor(pair)
      const codes = Array.from({ length: hello.length }, (_, length) =>
        codeOf(() => accepting.answer(hello.subarray(0, length), accepting.now())),
      )
      expect(new Set(codes)).toEqual(new Set(['SEC_FRAME_MALFORMED']))
    })
  })

  describe('the dialler refuses', () => {
    it('SEC-IPC-04 a welcome to an earlier hello of its own', () => {
      const pair = testPair()
      const earlier = testLink(pair)
      const dialling = dialler(pair)
      expect(codeOf(() => dialling.finish(earlier.welcome, dialling.now()))).toBe('SEC_SIGNATURE_INVALID')
    })

    it('SEC-IPC-04 its own hello, sent back', () => {
      const dialling = dialler(testPair())
      expect(codeOf(() => dialling.finish(dialling.hello, dialling.now()))).toBe('SEC_SIGNATURE_INVALID')
    })

    it('SEC-IPC-11 a welcome of another slot that holds the same master key', () => {
      const pair = testPair()
      const dialling = dialler(pair)
      const key = linkKey(masterKey(secret, 'hkdf_sha256'), 'near#1', 'other#1')
      const other = testEnd({ slot: 'other#1', incarnation: 1 })
      const impostor = new Dialler(pair.near.settings, 'other#1', key)
      const { welcome } = new Acceptor(other.settings, () => key, pair.seen).answer(impostor.hello, other.clock.wall())
      expect(codeOf(() => dialling.finish(welcome, dialling.now()))).toBe('SEC_SIGNATURE_INVALID')
    })

    it.each([
      ['of another kind', 'SEC_KIND_REFUSED', 5],
      ['with a flag', 'SEC_FRAME_MALFORMED', 7],
      ['with a session', 'SEC_REPLAY', 23],
      ['with a counter', 'SEC_REPLAY', 31],
      ['that gives another random back', 'SEC_HANDSHAKE_FAILED', 64],
      ['that speaks for another slot', 'SEC_HANDSHAKE_FAILED', 101],
      ['to another slot', 'SEC_HANDSHAKE_FAILED', 109],
      ['to another incarnation', 'SEC_HANDSHAKE_FAILED', 110],
      ['of another run', 'SEC_HANDSHAKE_FAILED', 114],
      ['with another plan', 'BOOT_PLAN_MISMATCH', 118],
    ])('an authentic welcome %s is refused with %s', (_name, code, offset) => {
      const pair = testPair()
      const dialling = dialler(pair)
      const accepting = acceptor(pair)
      const { welcome } = accepting.answer(dialling.hello, accepting.now())
      const changed = rewelcomed(welcome, dialling.hello, pair.key, (bytes) => {
        bytes[offset] = (bytes[offset] ?? 0) ^ 8
      })
      expect(codeOf(() => dialling.finish(changed, dialling.now()))).toBe(code)
    })

    it('SEC-IPC-02 a welcome that was touched', () => {
      const pair = testPair()
      const dialling = dialler(pair)
      const accepting = acceptor(pair)
      const { welcome } = accepting.answer(dialling.hello, accepting.now())
      welcome[40] = (welcome[40] ?? 0) ^ 1
      expect(codeOf(() => dialling.finish(welcome, dialling.now()))).toBe('SEC_SIGNATURE_INVALID')
    })
  })

  describe('time', () => {
    it.each([
      ['as old as the ttl', ttlMs, undefined],
      ['older by 1 ms', ttlMs + 1, 'SEC_EXPIRED'],
      ['ahead by the ttl', -ttlMs, undefined],
      ['ahead by 1 ms more', -ttlMs - 1, 'SEC_EXPIRED'],
    ])('SEC-IPC-03 a hello that is %s', (_name, age, code) => {
      const pair = testPair()
      const { hello } = dialler(pair)
      pair.far.clock.pass(age)
      const accepting = acceptor(pair)
      expect(codeOf(() => accepting.answer(hello, accepting.now()))).toBe(code)
    })

    it.each([
      ['as old as the ttl', ttlMs, undefined],
      ['older by 1 ms', ttlMs + 1, 'SEC_EXPIRED'],
      ['ahead by the ttl', -ttlMs, undefined],
      ['ahead by 1 ms more', -ttlMs - 1, 'SEC_EXPIRED'],
    ])('SEC-IPC-03 a welcome that is %s', (_name, age, code) => {
      const pair = testPair()
      const dialling = dialler(pair)
      const accepting = acceptor(pair)
      const { welcome } = accepting.answer(dialling.hello, accepting.now())
      pair.near.clock.pass(age)
      expect(codeOf(() => dialling.finish(welcome, dialling.now()))).toBe(code)
    })

    it('SEC-IPC-04 a hello is remembered for as long as it could be accepted', () => {
      const pair = testPair()
      // The hello comes from a clock that is ahead by the ttl: it is accepted until it is as old as the ttl.
      pair.near.clock.pass(ttlMs)
      const { hello } = dialler(pair)
      const accepting = acceptor(pair)
      accepting.answer(hello, accepting.now())
      pair.far.clock.pass(2 * ttlMs)
      const again = acceptor(pair)
      expect(codeOf(() => again.answer(hello, again.now()))).toBe('SEC_REPLAY')
      pair.far.clock.pass(1)
      const later = acceptor(pair)
      expect(codeOf(() => later.answer(hello, later.now()))).toBe('SEC_EXPIRED')
    })
  })

  it('names that are too long for a handshake are refused before anything is sent', () => {
    const { near, key } = testPair()
    expect(failureOf(() => new Dialler(near.settings, `${'x'.repeat(1000)}#1`, key))).toMatchObject({
      code: 'SEC_HANDSHAKE_FAILED',
    })
  })
})

function codeOf(call: () => unknown): unknown {
  return (failureOf(call) as { readonly code?: unknown } | undefined)?.code // every failure here has a code
}

function helloOfKind(key: Uint8Array, hello: Buffer, kind: number): Buffer {
  return reframed(hello, key, (bytes) => {
    bytes[5] = kind
  })
}
