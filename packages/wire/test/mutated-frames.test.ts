import { describe, expect, it } from '@jest/globals'
import { linkRecordArbitrary } from '@millrace/conformance'
import { isMillraceError, type LinkRecord } from '@millrace/contracts'
import { liveBufferBytes } from '@millrace/live-memory'
import fc from 'fast-check'
import { FrameReader, Opener } from '../src/index.js'
import { sessionKey } from '../src/key-schedule.js'
import { failureOf } from './failure-of.js'
import { acceptor, dialler, envelope, opened, sealed, type TestLink, testLink, testPair, ttlMs } from './linked.js'
import { mutationArbitrary } from './mutation-arbitrary.js'
import { resigned } from './reframed.js'

/** 100,000 with ROUNDS=20. */
const numRuns = 5000 * Number(process.env.ROUNDS ?? 1)
const timeoutMs = 60_000 + 20 * numRuns
const maxFrameBytes = 1_048_576
/** Made once: to make them costs far more than to seal and open them. Small, so that every byte has its turn. */
const pool = fc.sample(linkRecordArbitrary(), 500).filter((record) => JSON.stringify(record).length < 1000)
const records = fc.array(fc.constantFrom(...pool), { maxLength: 4 })
/** So much that the header and a tag of the body are signed. */
const long = envelope(new Uint8Array(24_600).map((_, index) => index))

describe('mutated frames', () => {
  it.each([
    ['of usual frames', []],
    ['of long frames', [long]],
  ])(
    'SEC-IPC-12 none is accepted, nothing but a MillraceError is thrown, nothing grows, and the honest frame still passes: %s',
    (_, more) => {
      const link = testLink()
      const before = liveBufferBytes()
      const refuses = fc.property(records, mutationArbitrary(), (some, mutation) => {
        const sent = [...more, ...some]
        const frame = sealed(link.dialling, sent)
        const mutated = mutation(frame)
        const heard = [...heardOf(link, frame, mutated), ...heardByReader(link, frame, mutated)]
        return heard.length === 0 && opened(link.accepting, frame).length === sent.length
      })
      fc.assert(refuses, { numRuns })
      expect(liveBufferBytes() - before).toBeLessThan(32 * maxFrameBytes)
    },
    timeoutMs,
  )

  it(
    'SEC-IPC-12 no mutated hello is answered, and none fills the memory of nonces',
    () => {
      const pair = testPair()
      const { hello } = dialler(pair)
      const refuses = fc.property(mutationArbitrary(), (mutation) => {
        const mutated = mutation(hello)
        fc.pre(!mutated.equals(hello))
        const accepting = acceptor(pair)
        return isMillraceError(failureOf(() => accepting.answer(mutated, accepting.now())))
      })
      fc.assert(refuses, { numRuns: numRuns / 2 })
      expect(pair.seen.size).toBe(0)
    },
    timeoutMs,
  )

  it(
    'SEC-IPC-12 a body that its signer has mutated is read, or refused with a MillraceError and nothing of it delivered',
    () => {
      const link = testLink()
      const direction = directionOf(link)
      const holds = fc.property(records, mutationArbitrary(), (sent, mutation) => {
        const frame = sealed(link.dialling, sent)
        frame.writeBigUInt64BE(1n, 24)
        const mutated = resigned(frame, direction, (bytes) =>
          Buffer.concat([bytes.subarray(0, 32), mutation(bytes.subarray(32))]),
        )
        const opener = new Opener({ direction, ttlMs, now: link.accepting.now })
        const heard: LinkRecord[] = []
        const error = failureOf(() => opener.open(mutated, link.accepting.now(), (record) => heard.push(record)))
        return error === undefined || (isMillraceError(error) && heard.length === 0)
      })
      fc.assert(holds, { numRuns: numRuns / 2 })
    },
    timeoutMs,
  )
})

/** What is delivered of a mutated frame; whatever is thrown must be a MillraceError. */
function heardOf({ accepting }: TestLink, frame: Buffer, mutated: Buffer): readonly LinkRecord[] {
  const heard: LinkRecord[] = []
  if (mutated.equals(frame)) return heard
  const error = failureOf(() => accepting.opener.open(mutated, accepting.now(), (record) => heard.push(record)))
  if (!isMillraceError(error)) throw new Error('a mutated frame was accepted, or broke its reader', { cause: error })
  return heard
}

/** The same by way of a socket, where a frame can also seem to be longer, or to be several. */
function heardByReader({ accepting }: TestLink, frame: Buffer, mutated: Buffer): readonly LinkRecord[] {
  const heard: LinkRecord[] = []
  // With something behind it the frame itself is as honest as before.
  if (mutated.subarray(0, frame.length).equals(frame)) return heard
  const reader = new FrameReader({ maxFrameBytes })
  const error = failureOf(() =>
    reader.push(mutated, (each) => accepting.opener.open(each, accepting.now(), (record) => heard.push(record))),
  )
  if (error !== undefined && !isMillraceError(error)) throw error
  if (reader.buffered > mutated.length) throw new Error('more is kept than has come')
  return heard
}

function directionOf({ key, hello, welcome }: TestLink): ReturnType<typeof sessionKey> {
  return sessionKey(key, Buffer.concat([hello.subarray(32, 64), welcome.subarray(32, 64)]), 'near#1', 'far#1')
}
