import { createCipheriv, hkdfSync } from 'node:crypto'
import { JsonText, type LinkRecord } from '@millrace/contracts'
import {
  Acceptor,
  Dialler,
  doorKey,
  linkKey,
  masterKey,
  NonceCache,
  type Party,
  type Session,
  type WireClock,
} from '../src/index.js'
import { goldenRecords } from './golden-records.js'

interface GoldenInputs {
  readonly secret: Uint8Array
  readonly dialler: Party
  readonly acceptor: Party
  readonly run: string
  readonly planHash: string
  readonly diallerRandom: Uint8Array
  readonly acceptorRandom: Uint8Array
  /** The wall time of the hello. Each frame is signed one millisecond after the one before. */
  readonly startMs: number
}

/** What everything in the golden vectors follows from. */
export const goldenInputs: GoldenInputs = {
  secret: bytesFrom(0x00, 32),
  dialler: { slot: 'features#1', incarnation: 1 },
  acceptor: { slot: 'policy#1', incarnation: 300 },
  run: '00112233445566778899aabbccddeeff',
  planHash: '5a'.repeat(32),
  diallerRandom: bytesFrom(0xa0, 32),
  acceptorRandom: bytesFrom(0xc0, 32),
  startMs: 1_700_000_000_000,
}

/** Keys and frames, all bytes in hex, by name. */
export function goldenVectors(): ReadonlyMap<string, string> {
  const link = goldenLinkKey()
  const frames = goldenFrames(link)
  return new Map([
    ['keys', keyLines(masterKey(goldenInputs.secret, 'hkdf_sha256'), link)],
    ...[...frames].map(([name, frame]) => [name, wrapped(frame)] as const),
    ['batch-long-tag', tagOf(frames.get('batch-long') ?? Buffer.alloc(64), link)],
    ...Object.entries(goldenRecords)
      .filter(([, records]) => records.length > 0)
      .map(([name, records]) => [`${name}-records`, jsonOf(records)] as const),
  ])
}

/** Both ends of the session of the golden vectors, before any batch of it was made. */
export interface GoldenSession {
  readonly hello: Buffer
  readonly welcome: Buffer
  readonly dialling: Session
  readonly accepting: Session
  /** A millisecond passes. */
  tick(): void
}

/** Lets both ends shake hands. */
export function goldenSession(link: Uint8Array): GoldenSession {
  const { dialler, acceptor, run, planHash, diallerRandom, acceptorRandom, startMs } = goldenInputs
  const { clock, tick } = tickingClock(startMs)
  const common = { run, planHash, ttlMs: 30_000, maxFrameBytes: 1_048_576, clock }
  const dialling = new Dialler({ ...common, local: dialler, random: () => diallerRandom }, acceptor.slot, link)
  const accepting = new Acceptor(
    { ...common, local: acceptor, random: () => acceptorRandom },
    () => link,
    new NonceCache({ capacity: 10, ttlMs: 30_000 }),
  )
  tick()
  const { welcome, session } = accepting.answer(dialling.hello, startMs)
  return { hello: dialling.hello, welcome, dialling: dialling.finish(welcome, startMs), accepting: session, tick }
}

/** The link key of the golden vectors. */
export function goldenLinkKey(): Uint8Array {
  const { secret, dialler, acceptor } = goldenInputs
  return linkKey(masterKey(secret, 'hkdf_sha256'), dialler.slot, acceptor.slot)
}

function goldenFrames(link: Uint8Array): ReadonlyMap<string, Buffer> {
  const { hello, welcome, dialling, accepting, tick } = goldenSession(link)
  const sealed = ({ sealer }: Session, records: readonly LinkRecord[]): Buffer => {
    tick()
    for (const record of records) sealer.add(record)
    return sealer.seal()
  }
  const farewell = ({ sealer }: Session): Buffer => {
    tick()
    return sealer.bye()
  }
  return new Map([
    ['hello', hello],
    ['welcome', welcome],
    ...Object.entries(goldenRecords).map(([name, records]) => [name, sealed(dialling, records)] as const),
    ['bye', farewell(dialling)],
    ['answer-batch-empty', sealed(accepting, [])],
    ['answer-bye', farewell(accepting)],
  ])
}

function keyLines(master: Uint8Array, link: Uint8Array): string {
  const { dialler, acceptor, diallerRandom, acceptorRandom } = goldenInputs
  const [from, to] = [dialler.slot, acceptor.slot]
  const both = Buffer.concat([diallerRandom, acceptorRandom])
  const there = derived(link, both, 'session', from, to)
  const back = derived(link, both, 'session', to, from)
  const lines = [
    ['master', master],
    ['link', link],
    ['door', doorKey(link, from, to)],
    ['hello', derived(link, Buffer.alloc(0), 'hello', from, to).subarray(0, 32)],
    ['welcome', derived(link, diallerRandom, 'welcome', to, from).subarray(0, 32)],
    ['session key features#1 to policy#1', there.subarray(0, 32)],
    ['session number features#1 to policy#1', there.subarray(32)],
    ['session key policy#1 to features#1', back.subarray(0, 32)],
    ['session number policy#1 to features#1', back.subarray(32)],
    ['body key features#1 to policy#1', derived(link, both, 'body', from, to).subarray(0, 32)],
    ['body key policy#1 to features#1', derived(link, both, 'body', to, from).subarray(0, 32)],
  ] as const
  return lines.map(([name, bytes]) => `${name} = ${Buffer.from(bytes).toString('hex')}`).join('\n')
}

function tagOf(frame: Buffer, link: Uint8Array): string {
  const { dialler, acceptor, diallerRandom, acceptorRandom } = goldenInputs
  const both = Buffer.concat([diallerRandom, acceptorRandom])
  const key = derived(link, both, 'body', dialler.slot, acceptor.slot).subarray(0, 32)
  const gcm = createCipheriv('aes-256-gcm', key, frame.subarray(20, 32)).setAAD(frame.subarray(32, -32))
  gcm.final()
  return gcm.getAuthTag().toString('hex')
}

/** Written out here once more, from the document rather than from the source. */
function derived(link: Uint8Array, salt: Uint8Array, label: string, from: string, to: string): Buffer {
  const names = [from, to].map((name) => `\0${String.fromCharCode(name.length)}${name}`).join('')
  return Buffer.from(hkdfSync('sha256', link, salt, Buffer.from(`millrace/1 ${label}${names}`), 40))
}

function tickingClock(startMs: number): { readonly clock: WireClock; tick(): void } {
  let passed = 0
  return { clock: { wall: () => startMs + passed, monotonic: () => passed }, tick: () => void passed++ }
}

/** Lines of 32 bytes; one that comes several times in turn is written once. */
function wrapped(frame: Buffer): string {
  const text = (frame.toString('hex').match(/.{1,64}/g) ?? []).join('\n')
  return text.replace(/^(.{64})(?:\n\1)+$/gm, (lines, line: string) => `${line} × ${(lines.length + 1) / 65}`)
}

function jsonOf(records: readonly LinkRecord[]): string {
  const lines = records.map((record) => JSON.stringify(record, (_key, value: unknown) => shown(value)))
  return lines.length === 0 ? '[]' : `[\n  ${lines.join(',\n  ')}\n]`
}

function shown(value: unknown): unknown {
  if (value instanceof JsonText) return value.unread ? { unread: value.text } : { json: value.text }
  return value instanceof Uint8Array ? shownBytes(Buffer.from(value)) : value
}

/** A payload of bytes as the document shows it: a long one is many times the same 32. */
export function shownBytes(bytes: Buffer): { readonly hex: string; readonly times?: number } {
  if (bytes.length <= 32) return { hex: bytes.toString('hex') }
  return { hex: bytes.toString('hex', 0, 32), times: bytes.length / 32 }
}

function bytesFrom(first: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => first + index)
}
