import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { createRedactor, type LinkRecord } from '@millrace/contracts'
import { FrameSigner } from '../src/frame-signer.js'
import { BatchEncoder, FrameReader, masterKey, RecordDecoder } from '../src/index.js'
import { sessionKey } from '../src/key-schedule.js'
import { failureOf } from './failure-of.js'
import { acceptor, dialler, envelope, opened, sealed, secret, testLink, testPair, ttlMs } from './linked.js'
import { reframed } from './reframed.js'

const payload = 'a payload that nobody may see'

/** Every key that is in play: a redactor that knows them leaves a text alone only when none of them is in it. */
function knowsKeys(link: ReturnType<typeof testLink>): (text: string) => boolean {
  const randoms = Buffer.concat([link.hello.subarray(32, 64), link.welcome.subarray(32, 64)])
  const redactor = createRedactor()
  redactor.protect(secret)
  redactor.protect(masterKey(secret, 'hkdf_sha256'))
  const directions = [
    sessionKey(link.key, randoms, 'near#1', 'far#1'),
    sessionKey(link.key, randoms, 'far#1', 'near#1'),
  ]
  const signing = [link.key, ...directions.flatMap(({ key, bodyKey }) => [key, bodyKey])]
  // HMAC mixes a key with one of two bytes before it hashes it.
  for (const key of signing) for (const mixed of [0, 0x36, 0x5c]) redactor.protect(key.map((byte) => byte ^ mixed))
  return (text) => redactor.text(text) !== text || text.includes(payload)
}

/** Everything that a text could be made of, also what is hidden. */
function shownOf(value: unknown): string {
  return [
    inspect(value, { depth: 20, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null }),
    String(value),
    JSON.stringify(value),
    value instanceof Error ? `${value.message}\n${value.stack}` : '',
  ].join('\n')
}

describe('secrets', () => {
  it('the test would see a key', () => {
    const link = testLink()
    expect(knowsKeys(link)(shownOf(Buffer.from(link.key).toString('base64')))).toBe(true)
    expect(knowsKeys(link)(Buffer.from(secret).toString('hex'))).toBe(true)
    expect(knowsKeys(link)(Buffer.from(secret).toString('latin1'))).toBe(true)
  })

  it('SEC-IPC-08 no object of this package shows a key', () => {
    const link = testLink()
    link.dialling.sealer.add(envelope(payload))
    const objects = [
      link.dialling,
      link.accepting,
      link.dialling.sealer,
      link.accepting.opener,
      dialler(link),
      acceptor(link),
      link.seen,
      new FrameSigner({ key: link.key, bodyKey: link.key }),
      new FrameReader({ maxFrameBytes: 1000 }),
      new BatchEncoder(1000),
      new RecordDecoder(),
    ]
    expect(objects.map(shownOf).filter(knowsKeys(link))).toEqual([])
  })

  it('SEC-IPC-08 no error of this package shows a key or a payload', () => {
    const link = testLink()
    const errors = failures(link)
    expect(errors).not.toContain(undefined)
    expect(new Set(errors.map((error) => (error as { code?: string }).code))).toEqual(new Set(codes))
    expect(errors.map(shownOf).filter(knowsKeys(link))).toEqual([])
  })
})

const codes = [
  'SEC_SECRET_INVALID',
  'SEC_FRAME_TOO_LARGE',
  'SEC_FRAME_MALFORMED',
  'SEC_SIGNATURE_INVALID',
  'SEC_EXPIRED',
  'SEC_REPLAY',
  'SEC_KIND_REFUSED',
  'SEC_HANDSHAKE_FAILED',
  'BOOT_PLAN_MISMATCH',
  'PAYLOAD_TOO_LARGE',
  'PAYLOAD_INVALID',
]

/** One failure of each code, with secrets and payloads in what was given. */
function failures(link: ReturnType<typeof testLink>): unknown[] {
  const { dialling, accepting, key } = link
  const other = dialler(testPair({ planHash: 'another' }))
  const stranger = dialler(testPair({ run: 'another' }))
  const replayed = sealed(dialling, [envelope(payload)])
  opened(accepting, Buffer.from(replayed))
  const damaged = Buffer.from(replayed)
  damaged[50] = (damaged[50] ?? 0) ^ 1
  const late = sealed(dialling, [envelope(payload)])
  const answer = (hello: Buffer): unknown => failureOf(() => acceptor(link).answer(hello, link.far.clock.wall()))
  return [
    failureOf(() => masterKey(secret.subarray(1), 'none')),
    failureOf(() => new FrameReader({ maxFrameBytes: 64 }).push(replayed, () => undefined)),
    failureOf(() => new RecordDecoder().decode(Buffer.from(`\0\0\0\0["${payload}`), 0, payload.length + 6)),
    failureOf(() => opened(accepting, damaged)),
    failureOf(() => opened(accepting, late, accepting.now() + ttlMs + 1)),
    failureOf(() => opened(accepting, replayed)),
    answer(reframed(dialler(link).hello, key, setKind)),
    answer(stranger.hello),
    answer(other.hello),
    failureOf(() => new BatchEncoder(200).add(envelope(payload.repeat(10)))),
    failureOf(() => dialling.sealer.add(unserialisable())),
  ]
}

function setKind(bytes: Buffer): void {
  bytes[5] = 9
}

function unserialisable(): LinkRecord {
  return envelope({ [payload]: 1n })
}
