import { randomBytes } from 'node:crypto'
import type { LinkRecord } from '@millrace/contracts'
import {
  Acceptor,
  Dialler,
  type HandshakeSettings,
  linkKey,
  masterKey,
  NonceCache,
  type Party,
  type Session,
} from '../src/index.js'
import { createTestClock, type TestClock } from './test-clock.js'

export const ttlMs = 30_000
export const secret: Uint8Array = Uint8Array.from({ length: 32 }, (_, index) => index * 7)

/** One end of a connection. */
export interface TestEnd {
  readonly clock: TestClock
  readonly settings: HandshakeSettings
}

/** Two workers that share a key. */
export interface TestPair {
  readonly key: Uint8Array
  readonly near: TestEnd
  readonly far: TestEnd
  readonly seen: NonceCache
}

/** Two workers that have met. */
export interface TestLink extends TestPair {
  readonly hello: Buffer
  readonly welcome: Buffer
  readonly dialling: Session
  readonly accepting: Session
}

/** One end, with a clock of its own. */
export function testEnd(local: Party, settings: Partial<HandshakeSettings> = {}): TestEnd {
  const clock = createTestClock()
  return {
    clock,
    settings: {
      local,
      run: 'run',
      planHash: 'plan',
      ttlMs,
      maxFrameBytes: 1_048_576,
      clock,
      random: randomBytes,
      ...settings,
    },
  }
}

/** Two workers that have not met yet: near#1 will dial far#1. */
export function testPair(settings: Partial<HandshakeSettings> = {}): TestPair {
  return {
    key: linkKey(masterKey(secret, 'hkdf_sha256'), 'near#1', 'far#1'),
    near: testEnd({ slot: 'near#1', incarnation: 1 }, settings),
    far: testEnd({ slot: 'far#1', incarnation: 2 }, settings),
    seen: new NonceCache({ capacity: 100, ttlMs }),
  }
}

export function dialler({ near, key }: TestPair): Dialler {
  return new Dialler(near.settings, 'far#1', key)
}

export function acceptor({ far, key, seen }: TestPair): Acceptor {
  return new Acceptor(far.settings, (slot) => (slot === 'near#1' ? key : undefined), seen)
}

/** Lets two workers meet. */
export function testLink(pair: TestPair = testPair()): TestLink {
  const dialling = dialler(pair)
  const accepting = acceptor(pair)
  const { welcome, session } = accepting.answer(dialling.hello, accepting.now())
  return {
    ...pair,
    hello: dialling.hello,
    welcome,
    dialling: dialling.finish(welcome, dialling.now()),
    accepting: session,
  }
}

/** A signed batch. */
export function sealed({ sealer }: Session, records: readonly LinkRecord[]): Buffer {
  for (const record of records) sealer.add(record)
  return sealer.seal()
}

/** What a session makes of a frame. */
export function opened({ opener, now }: Session, frame: Buffer, lastEmpty: number = now()): readonly LinkRecord[] {
  const records: LinkRecord[] = []
  opener.open(frame, lastEmpty, (record) => records.push(record))
  return records
}

/** A record that its number tells from others. */
export function cancel(number: number): LinkRecord {
  return { kind: 'cancel', origin: 'near#1.1:', root: number, code: 'REPLY_TIMEOUT' }
}

/** An envelope with a payload. */
export function envelope(payload: unknown, ticket = 1): LinkRecord {
  return {
    kind: 'envelope',
    ticket,
    edge: 0,
    domain: undefined,
    position: [ticket],
    origin: 'near#1.1:',
    root: ticket,
    remainingMs: 5000,
    trace: undefined,
    payload,
  }
}
