/** A reader that was written from docs/protocol.md alone, beside the codec: where they disagree, one of the three is wrong. */
import { describe, expect, it } from '@jest/globals'
import { linkRecordArbitrary } from '@millrace/conformance'
import { errorCodes, JsonText, type LinkRecord } from '@millrace/contracts'
import fc from 'fast-check'
import { Opener } from '../src/index.js'
import { sessionKey as ourSessionKey } from '../src/key-schedule.js'
import { failureOf } from './failure-of.js'
import { goldenInputs, shownBytes } from './golden-vectors.js'
import { envelope, opened, sealed, secret, type TestLink, testLink, ttlMs } from './linked.js'
import { mutationArbitrary } from './mutation-arbitrary.js'
import { bytesOf, documentedVectors } from './protocol-document.js'
import { resigned } from './reframed.js'
import { linkKey, masterKey, readCapture, receive, type SecondRecord, sessionKey } from './second-decoder/decoder.mjs'

const numRuns = 300 * Number(process.env.ROUNDS ?? 1)
const timeoutMs = 60_000 + 20 * numRuns
const codes = new Set(Object.keys(errorCodes))
const documented = documentedVectors()
const master = masterKey(goldenInputs.secret, 'hkdf_sha256')

describe('a second decoder, written from docs/protocol.md alone', () => {
  it('SEC-IPC-13 derives the keys of the golden vectors', () => {
    const link = linkKey(master, 'features#1', 'policy#1')
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
    const lines = documented.get('keys')?.split('\n')
    expect(lines).toContain(`master = ${hex(master)}`)
    expect(lines).toContain(`link = ${hex(link)}`)
    const { diallerRandom, acceptorRandom } = goldenInputs
    for (const [from, to] of [
      ['features#1', 'policy#1'],
      ['policy#1', 'features#1'],
    ] as const) {
      const { key, bodyKey, session } = sessionKey(link, diallerRandom, acceptorRandom, from, to)
      expect(lines).toContain(`session key ${from} to ${to} = ${hex(key)}`)
      expect(lines).toContain(`session number ${from} to ${to} = ${hex(session)}`)
      expect(lines).toContain(`body key ${from} to ${to} = ${hex(bodyKey)}`)
    }
  })

  it('SEC-IPC-13 reads all that the dialler of the golden vectors has sent, as the document says it', () => {
    const names = [...documented.keys()].filter((name) => /^batch-/.test(name) && !/-(?:records|tag)$/.test(name))
    const sent = Buffer.concat(['hello', ...names, 'bye'].map(frameOf))
    const [hello, ...frames] = [...readCapture(sent, master, goldenInputs.acceptorRandom, codes)]
    expect(hello).toMatchObject({ kind: 'hello', sender: 'features#1', receiver: 'policy#1', run: goldenInputs.run })
    expect(frames.at(-1)?.kind).toBe('bye')
    expect(frames.slice(0, -1).map(({ records }) => records?.map(shown))).toEqual(
      names.map((name) => JSON.parse(documented.get(`${name}-records`) ?? '[]')),
    )
  })

  it('SEC-IPC-13 reads all that the acceptor of the golden vectors has sent', () => {
    const sent = Buffer.concat(['welcome', 'answer-batch-empty', 'answer-bye'].map(frameOf))
    const kinds = Array.from(readCapture(sent, master, undefined, codes), ({ kind }) => kind)
    expect(kinds).toEqual(['welcome', 'batch', 'bye'])
  })

  it(
    'SEC-IPC-01 reads whatever the codec writes as the codec does',
    () => {
      const link = testLink()
      const read = receive(directionOf(link), codes)
      const same = fc.property(fc.array(linkRecordArbitrary(), { maxLength: 6 }), (sent) => {
        const frame = sealed(link.dialling, sent)
        const ours = opened(link.accepting, frame)
        expect(read(frame).records?.map(asReceived)).toEqual(ours.map(withoutUndefined))
      })
      fc.assert(same, { numRuns })
    },
    timeoutMs,
  )

  it('SEC-IPC-01 reads frames of every length near which signatures change', () => {
    const link = testLink()
    const read = receive(directionOf(link), codes)
    const lengths = Array.from({ length: 9 }, (_, index) => {
      const frame = sealed(link.dialling, [envelope(new Uint8Array(24_477 + index).fill(index))])
      expect(read(frame).records?.map(asReceived)).toEqual(opened(link.accepting, frame).map(withoutUndefined))
      return frame.length
    })
    expect(lengths).toEqual(expect.arrayContaining([24_575, 24_576, 24_577]))
  })

  it(
    'SEC-IPC-12 refuses of what a signer has mutated exactly what the codec refuses, and reads the rest alike',
    () => {
      const link = testLink()
      const direction = directionOf(link)
      const records = fc.array(linkRecordArbitrary(), { maxLength: 3 })
      const agree = fc.property(records, mutationArbitrary(), (sent, mutation) => {
        const frame = sealed(link.dialling, sent)
        frame.writeBigUInt64BE(1n, 24)
        const mutated = resigned(frame, direction, (bytes) =>
          Buffer.concat([bytes.subarray(0, 32), mutation(bytes.subarray(32))]),
        )
        const now = link.accepting.now()
        const heard: LinkRecord[] = []
        const ourOpener = new Opener({ direction: ourDirectionOf(link), ttlMs, now: link.accepting.now })
        const ours = failureOf(() => ourOpener.open(mutated, now, (record) => heard.push(record)))
        let read: readonly SecondRecord[] | undefined
        const theirs = failureOf(() => {
          read = receive(direction, codes)(mutated, { drainedAtMs: now, nowMs: now, ttlMs }).records
        })
        expect(stepOf(theirs)).toBe(stepOf(ours))
        if (ours === undefined) expect(read?.map(asReceived)).toEqual(heard.map(withoutUndefined))
      })
      fc.assert(agree, { numRuns: 10 * numRuns })
    },
    timeoutMs,
  )
})

function directionOf({ hello, welcome }: TestLink): ReturnType<typeof sessionKey> {
  const link = linkKey(masterKey(secret, 'hkdf_sha256'), 'near#1', 'far#1')
  return sessionKey(link, hello.subarray(32, 64), welcome.subarray(32, 64), 'near#1', 'far#1')
}

function ourDirectionOf({ key, hello, welcome }: TestLink): ReturnType<typeof ourSessionKey> {
  return ourSessionKey(key, Buffer.concat([hello.subarray(32, 64), welcome.subarray(32, 64)]), 'near#1', 'far#1')
}

function frameOf(name: string): Buffer {
  return bytesOf(documented.get(name) ?? '')
}

/** A record as the document shows it. */
function shown(record: SecondRecord): unknown {
  const { payload } = record
  if (payload === undefined) return record
  if ('value' in payload) return { ...record, payload: payload.value }
  return { ...record, payload: 'bytes' in payload ? shownBytes(payload.bytes) : payload }
}

/** A record as a receiver gets it. */
function asReceived(record: SecondRecord): unknown {
  const { payload } = record
  if (payload === undefined) return record
  if ('value' in payload) return { ...record, payload: payload.value }
  if ('unread' in payload) return { ...record, payload: payload.unread }
  const received: unknown = 'bytes' in payload ? Uint8Array.from(payload.bytes) : JSON.parse(payload.json)
  return { ...record, payload: received }
}

function withoutUndefined(record: LinkRecord): unknown {
  const payload = record.kind === 'envelope' && record.payload instanceof JsonText ? record.payload.text : undefined
  const entries = Object.entries(record).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(entries), ...(payload === undefined ? {} : { payload }) }
}

/** The step of the document that refused. In a body with several mistakes any of them may be found first. */
function stepOf(error: unknown): string | undefined {
  if (error === undefined) return undefined
  const code = String((error as { code?: unknown }).code)
  return code === 'SEC_KIND_REFUSED' ? 'SEC_FRAME_MALFORMED' : code
}
