import { describe, expect, it } from '@jest/globals'
import { linkRecordArbitrary } from '@millrace/conformance'
import type { LinkRecord } from '@millrace/contracts'
import fc from 'fast-check'
import { sessionKey } from '../src/key-schedule.js'
import { failureOf } from './failure-of.js'
import { cancel, envelope, opened, sealed, type TestLink, testLink, testPair, ttlMs } from './linked.js'
import { resigned } from './reframed.js'
import { textOf } from './text-of.js'

const numRuns = 40 * Number(process.env.ROUNDS ?? 1)

describe('Sealer and Opener', () => {
  it('SEC-IPC-01 every record of a valid signed frame arrives, all fields equal', () => {
    const { dialling, accepting } = testLink()
    const holds = fc.property(fc.array(linkRecordArbitrary(), { maxLength: 10 }), (records) => {
      expect(textOf(opened(accepting, sealed(dialling, records)))).toBe(textOf(records))
    })
    fc.assert(holds, { numRuns })
  })

  it('signs what was cut in its turn, with the time at which it is signed', () => {
    const { dialling, accepting, near } = testLink()
    const { sealer } = dialling
    sealer.add(cancel(1))
    const first = sealer.cut()
    sealer.add(cancel(2))
    const second = sealer.cut()
    near.clock.pass(5)
    expect(opened(accepting, sealer.sign(first))).toEqual([cancel(1)])
    expect(first.readBigUInt64BE(8)).toBe(BigInt(near.clock.wall()))
    expect(opened(accepting, sealer.sign(second))).toEqual([cancel(2)])
  })

  it('says farewell after all that was sealed', () => {
    const { dialling, accepting } = testLink()
    opened(accepting, sealed(dialling, [cancel(1)]))
    expect(accepting.opener.open(dialling.sealer.bye(), accepting.now(), unexpected)).toBe('bye')
  })

  describe('SEC-IPC-02 a wrong signature', () => {
    it('SEC-IPC-02 is SEC_SIGNATURE_INVALID wherever a bit of the frame was changed, and nothing is delivered', () => {
      const link = testLink()
      const frame = sealed(link.dialling, [cancel(1)])
      // Length and version are judged before the signature.
      const codes = Array.from({ length: (frame.length - 5) * 8 }, (_, bit) => codeOf(link, flipped(frame, 40 + bit)))
      expect(new Set(codes)).toEqual(new Set(['SEC_SIGNATURE_INVALID']))
      expect(opened(link.accepting, frame)).toEqual([cancel(1)])
    })

    it('SEC-IPC-02 is SEC_FRAME_MALFORMED where the signature is missing, or the frame was cut short', () => {
      const link = testLink()
      const frame = sealed(link.dialling, [cancel(1)])
      const codes = Array.from({ length: frame.length }, (_, length) => codeOf(link, frame.subarray(0, length)))
      expect(new Set(codes)).toEqual(new Set(['SEC_FRAME_MALFORMED']))
      const unsigned = Buffer.from(frame.subarray(0, frame.length - 32))
      unsigned.writeUInt32BE(unsigned.length - 4)
      expect(codeOf(link, unsigned)).toMatch(/SEC_FRAME_MALFORMED|SEC_SIGNATURE_INVALID/)
    })

    it('SEC-IPC-02 is what a frame of another version is not: that is SEC_FRAME_MALFORMED', () => {
      const link = testLink()
      const frame = sealed(link.dialling, [cancel(1)])
      const codes = [0, 1, 3, 255].map((version) => codeOf(link, ofVersion(frame, version)))
      expect(new Set(codes)).toEqual(new Set(['SEC_FRAME_MALFORMED']))
    })
  })

  describe.each([
    ['from the dialler to the acceptor', there],
    ['from the acceptor to the dialler', back],
  ])('%s', (_name, directionOf) => {
    it.each([
      ['as old as the ttl', ttlMs, undefined],
      ['older by 1 ms', ttlMs + 1, 'SEC_EXPIRED'],
      ['ahead by the ttl', -ttlMs, undefined],
      ['ahead by 1 ms more', -ttlMs - 1, 'SEC_EXPIRED'],
    ])('SEC-IPC-03 a frame that is %s', (_age, age, code) => {
      const { from, to, toClock } = directionOf(testLink())
      const frame = sealed(from, [cancel(1)])
      toClock.pass(age)
      expect(failureCode(() => opened(to, frame))).toBe(code)
    })

    it('BLOCKED-LOOP-01 a frame that waited unread for longer than the ttl is accepted', () => {
      const { from, to, toClock, fromClock } = directionOf(testLink())
      const lastEmpty = to.now()
      const early = sealed(from, [cancel(1)])
      toClock.pass(10 * ttlMs)
      fromClock.pass(10 * ttlMs)
      const late = sealed(from, [cancel(2)])
      expect(opened(to, early, lastEmpty)).toEqual([cancel(1)])
      expect(opened(to, late, lastEmpty)).toEqual([cancel(2)])
    })

    it('BLOCKED-LOOP-01 a frame that somebody kept back while the socket was empty is not accepted', () => {
      const { from, to, toClock } = directionOf(testLink())
      const frame = sealed(from, [cancel(1)])
      toClock.pass(ttlMs + 1)
      const lastEmpty = to.now()
      toClock.pass(10)
      expect(failureCode(() => opened(to, frame, lastEmpty))).toBe('SEC_EXPIRED')
    })

    it.each([7_200_000, -7_200_000])('BLOCKED-LOOP-01 a wall clock that jumps by %d ms changes nothing', (jump) => {
      const { from, to, fromClock, toClock } = directionOf(testLink())
      fromClock.set(fromClock.wall() + jump)
      expect(opened(to, sealed(from, [cancel(1)]))).toEqual([cancel(1)])
      toClock.set(toClock.wall() + jump)
      expect(opened(to, sealed(from, [cancel(2)]))).toEqual([cancel(2)])
    })

    it('SEC-IPC-04 a frame is accepted once in its session', () => {
      const { from, to } = directionOf(testLink())
      const frame = sealed(from, [cancel(1)])
      const again = Buffer.from(frame)
      expect(opened(to, frame)).toEqual([cancel(1)])
      expect(failureCode(() => opened(to, again))).toBe('SEC_REPLAY')
      expect(opened(to, sealed(from, [cancel(2)]))).toEqual([cancel(2)])
    })

    it('SEC-IPC-04 a frame that overtook another, or follows one that was left out, is SEC_REPLAY', () => {
      const { from, to } = directionOf(testLink())
      const [first, second] = [sealed(from, [cancel(1)]), sealed(from, [cancel(2)])]
      expect(failureCode(() => opened(to, second))).toBe('SEC_REPLAY')
      expect(opened(to, first)).toEqual([cancel(1)])
    })

    it('SEC-IPC-11 a frame is refused by its own sender', () => {
      const { from } = directionOf(testLink())
      const frame = sealed(from, [cancel(1)])
      expect(failureCode(() => opened(from, frame))).toBe('SEC_SIGNATURE_INVALID')
    })

    it('SEC-IPC-11 a frame is refused in another session of the same two workers', () => {
      const pair = testPair()
      const frame = sealed(directionOf(testLink(pair)).from, [cancel(1)])
      const later = directionOf(testLink(pair))
      expect(failureCode(() => opened(later.to, frame))).toBe('SEC_SIGNATURE_INVALID')
      expect(failureCode(() => opened(later.from, frame))).toBe('SEC_SIGNATURE_INVALID')
    })
  })

  describe('what only a peer that holds the key can send', () => {
    it.each([0, 1, 2, 5, 255])('SEC-IPC-06 an authentic frame of kind %d is SEC_KIND_REFUSED', (kind) => {
      const link = testLink()
      const frame = forged(link, (bytes) => {
        bytes[5] = kind
      })
      expect(failureOf(() => opened(link.accepting, frame))).toMatchObject({
        code: 'SEC_KIND_REFUSED',
        facts: { kind },
      })
    })

    it.each([
      ['a flag', 'SEC_FRAME_MALFORMED', 7],
      ['a time far ahead', 'SEC_EXPIRED', 8],
      ['a time long past', 'SEC_EXPIRED', 11],
      ['another session', 'SEC_REPLAY', 16],
      ['another session, in its last byte', 'SEC_REPLAY', 23],
      ['a counter beyond 32 bits', 'SEC_REPLAY', 24],
      ['a counter that is one off', 'SEC_REPLAY', 31],
      ['records that are longer than the batch', 'SEC_FRAME_MALFORMED', 34],
      ['a record of an unknown kind', 'SEC_KIND_REFUSED', 36],
    ])('an authentic frame with %s is refused with %s', (_name, code, offset) => {
      const link = testLink()
      const frame = forged(link, (bytes) => {
        bytes[offset] = (bytes[offset] ?? 0) ^ 0x4a
      })
      expect(failureCode(() => opened(link.accepting, frame))).toBe(code)
    })

    it('the first failure is the answer: kind, then age, then counter, then body', () => {
      const link = testLink()
      const wrong: [number, number][] = [
        [36, 99],
        [31, 99],
        [8, 99],
        [5, 99],
      ]
      const codes = wrong.map((_, count) =>
        failureCode(() =>
          opened(
            link.accepting,
            forged(link, (bytes) => {
              for (const [offset, value] of wrong.slice(0, count + 1)) bytes[offset] = value
            }),
          ),
        ),
      )
      expect(codes).toEqual(['SEC_KIND_REFUSED', 'SEC_REPLAY', 'SEC_EXPIRED', 'SEC_KIND_REFUSED'])
    })

    it('a batch whose last record is wrong delivers none, and does not count', () => {
      const link = testLink()
      const frame = forged(link, (bytes) => {
        bytes[bytes.length - 1] = 0xff
      })
      const heard: LinkRecord[] = []
      expect(
        failureCode(() => link.accepting.opener.open(frame, link.accepting.now(), (record) => heard.push(record))),
      ).toBe('SEC_FRAME_MALFORMED')
      expect(heard).toEqual([])
      expect(link.accepting.opener.confirmed).toBe(false)
      expect(
        opened(
          link.accepting,
          forged(link, () => undefined),
        ),
      ).toEqual([envelope('text')])
    })

    it('a farewell with a body is SEC_FRAME_MALFORMED', () => {
      const link = testLink()
      const frame = forged(link, (bytes) => {
        bytes[5] = 4
      })
      expect(failureCode(() => opened(link.accepting, frame))).toBe('SEC_FRAME_MALFORMED')
    })
  })

  it('what the listener throws comes out as it is, and the frame was accepted', () => {
    const { dialling, accepting } = testLink()
    const thrown = new Error('the listener is broken')
    const frame = sealed(dialling, [cancel(1)])
    const listener = (): never => {
      throw thrown
    }
    expect(failureOf(() => accepting.opener.open(frame, accepting.now(), listener))).toBe(thrown)
    expect(opened(accepting, sealed(dialling, [cancel(2)]))).toEqual([cancel(2)])
  })

  it('a payload that is too large for any frame leaves the session as it was', () => {
    const { dialling, accepting } = testLink(testPair({ maxFrameBytes: 5000 }))
    expect(failureCode(() => dialling.sealer.add(envelope('x'.repeat(5000))))).toBe('PAYLOAD_TOO_LARGE')
    expect(opened(accepting, sealed(dialling, [cancel(1)]))).toEqual([cancel(1)])
  })
})

interface Direction {
  readonly from: TestLink['dialling']
  readonly to: TestLink['dialling']
  readonly fromClock: TestLink['near']['clock']
  readonly toClock: TestLink['near']['clock']
}

function there({ dialling, accepting, near, far }: TestLink): Direction {
  return { from: dialling, to: accepting, fromClock: near.clock, toClock: far.clock }
}

function back({ dialling, accepting, near, far }: TestLink): Direction {
  return { from: accepting, to: dialling, fromClock: far.clock, toClock: near.clock }
}

/** The next batch of the dialler, changed and signed again. */
function forged(link: TestLink, change: (bytes: Buffer) => void): Buffer {
  const randoms = Buffer.concat([link.hello.subarray(32, 64), link.welcome.subarray(32, 64)])
  const direction = sessionKey(link.key, randoms, 'near#1', 'far#1')
  link.dialling.sealer.add(envelope('text'))
  const frame = link.dialling.sealer.seal()
  frame.writeBigUInt64BE(1n, 24)
  return resigned(frame, direction, change)
}

function codeOf({ accepting }: TestLink, frame: Buffer): string | undefined {
  return failureCode(() => accepting.opener.open(frame, accepting.now(), unexpected))
}

function failureCode(call: () => unknown): string | undefined {
  return (failureOf(call) as { readonly code?: string } | undefined)?.code // every failure here has a code
}

function ofVersion(frame: Buffer, version: number): Buffer {
  const copy = Buffer.from(frame)
  copy[4] = version
  return copy
}

function flipped(frame: Buffer, bit: number): Buffer {
  const copy = Buffer.from(frame)
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}

function unexpected(record: LinkRecord): never {
  throw new Error(`nothing may be delivered, and a ${record.kind} was`)
}
