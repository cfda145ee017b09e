#!/usr/bin/env node
/**
 * A second reader of the wire protocol, written from docs/protocol.md alone and sharing no code with `@millrace/wire`.
 * Where the two disagree, the document decides. Run it with --help to decode a captured stream.
 */
import { createCipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

export class Refused extends Error {
  code
}
function must(holds, why, code = 'SEC_FRAME_MALFORMED') {
  if (!holds) throw Object.assign(new Refused(`${code}: ${why}`), { code })
}
function attempt(decode, why) {
  try {
    return decode()
  } catch {
    return must(false, why)
  }
}

// Keys
const hkdf = (secret, salt, info, bytes) => Buffer.from(hkdfSync('sha256', secret, salt, info, bytes))
const slotInfo = (slot) => [Buffer.from([slot.length >> 8, slot.length & 255]), slot]
const info = (label, ...slots) => Buffer.concat([Buffer.from(label), ...slots.map(Buffer.from).flatMap(slotInfo)])
export const masterKey = (secret, kdf) => (kdf === 'none' ? secret : hkdf(secret, '', 'millrace/1 master', 32))
export const linkKey = (master, ...slots) =>
  hkdf(master, '', info('millrace/1 link', ...slots.map(Buffer.from).sort(Buffer.compare)), 32)
export const helloKey = (link, dialler, acceptor) => hkdf(link, '', info('millrace/1 hello', dialler, acceptor), 32)
export const welcomeKey = (link, random, acceptor, dialler) =>
  hkdf(link, random, info('millrace/1 welcome', acceptor, dialler), 32)
export function sessionKey(link, diallersRandom, acceptorsRandom, sender, receiver) {
  const salt = Buffer.concat([diallersRandom, acceptorsRandom])
  const bytes = hkdf(link, salt, info('millrace/1 session', sender, receiver), 40)
  const bodyKey = hkdf(link, salt, info('millrace/1 body', sender, receiver), 32)
  return { key: bytes.subarray(0, 32), bodyKey, session: bytes.subarray(32) }
}

// Values
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const textOf = (bytes) => attempt(() => utf8.decode(bytes), 'a text is not UTF-8')
const jsonOf = (text) => attempt(() => JSON.parse(text), 'what should be JSON is not')
class Reader {
  constructor(bytes) {
    this.left = bytes
  }
  bytes(count) {
    must(count <= this.left.length, `${count} bytes are due, ${this.left.length} are left`)
    const taken = this.left.subarray(0, count)
    this.left = this.left.subarray(count)
    return taken
  }
  u8 = () => this.bytes(1)[0]
  f64 = () => this.bytes(8).readDoubleBE()
  text = () => textOf(this.bytes(this.varint()))
  longBytes = () => this.bytes(this.bytes(4).readUInt32BE())
  end = () => must(this.left.length === 0, 'bytes follow the last field')
  varint() {
    let value = 0
    for (let size = 0; size < 8; size++) {
      const byte = this.u8()
      value += (byte & 127) * 128 ** size
      if (byte > 127) continue
      must(Number.isSafeInteger(value) && (byte > 0 || size === 0), 'a varint is too large, or longer than it need be')
      return value
    }
    return must(false, 'a varint has more than 8 bytes')
  }
  many(one) {
    const count = this.varint()
    must(count <= this.left.length, `${count} items cannot be in ${this.left.length} bytes`)
    return Array.from({ length: count }, () => one(this))
  }
}

// Frames
const kinds = [undefined, 'hello', 'welcome', 'batch', 'bye']
const bodyOf = (frame) => new Reader(frame.subarray(32, -32))
/** Takes the first frame off `bytes`; `undefined` while it is not all there. */
export function takeFrame(bytes, maxFrameBytes = 1_048_576) {
  if (bytes.length < 4) return undefined
  const size = bytes.readUInt32BE() + 4
  must(size <= maxFrameBytes, `a frame of ${size} bytes`, 'SEC_FRAME_TOO_LARGE')
  must(size >= 64, `a frame of ${size} bytes`)
  return bytes.length < size ? undefined : { frame: bytes.subarray(0, size), rest: bytes.subarray(size) }
}
/** What the HMAC of a frame is over. */
function signedBytes(frame, bodyKey) {
  if (frame.length <= 24_576) return frame.subarray(0, -32)
  const gcm = createCipheriv('aes-256-gcm', bodyKey, frame.subarray(20, 32)).setAAD(frame.subarray(32, -32))
  gcm.final()
  return Buffer.concat([frame.subarray(0, 32), gcm.getAuthTag()])
}
/** What every frame is judged by; `nonce` is the one that is due, and without a `time` its age is not judged. */
function openFrame(frame, { key, bodyKey, allowed, nonce, time }) {
  must(frame.length >= 64 && frame.readUInt32BE() === frame.length - 4 && frame[4] === 2, 'not a frame of version 2')
  const signature = createHmac('sha256', key).update(signedBytes(frame, bodyKey)).digest()
  must(timingSafeEqual(signature, frame.subarray(-32)), 'the signature is wrong', 'SEC_SIGNATURE_INVALID')
  const kind = kinds[frame[5]]
  must(allowed.includes(kind), `a frame of kind ${frame[5]}`, 'SEC_KIND_REFUSED')
  const ts = Number(frame.readBigUInt64BE(8))
  const { drainedAtMs, nowMs, ttlMs } = time ?? { drainedAtMs: ts, nowMs: ts, ttlMs: 0 }
  must(Math.floor(drainedAtMs) - ts <= ttlMs && ts - nowMs <= ttlMs, `signed at ${ts}`, 'SEC_EXPIRED')
  must(frame.subarray(16, 32).equals(nonce), 'not the session or the counter that is due', 'SEC_REPLAY')
  return { kind, ts }
}
const mustHaveNoFlags = (frame) => must(frame.readUInt16BE(6) === 0, 'flags of the frame are not zero')

// Handshake
function handshakeBody(reader) {
  const body = { random: reader.bytes(32), answered: reader.bytes(32) }
  Object.assign(body, { sender: reader.text(), incarnation: reader.varint() })
  Object.assign(body, { receiver: reader.text(), receiverIncarnation: reader.varint() })
  Object.assign(body, { run: reader.text(), planHash: reader.text() })
  reader.end()
  return body
}
function openHandshake(frame, kind, { key, time, seen, due }) {
  const { ts } = openFrame(frame, { key, allowed: [kind], nonce: Buffer.alloc(16), time })
  const random = frame.toString('hex', 32, 64)
  must(!seen?.has(random), 'the random came before', 'SEC_REPLAY')
  seen?.add(random)
  mustHaveNoFlags(frame)
  const body = handshakeBody(bodyOf(frame))
  for (const [field, value] of Object.entries(due)) {
    const same = Buffer.isBuffer(value) ? value.equals(body[field]) : value === body[field]
    must(same, `another ${field}`, field === 'planHash' ? 'BOOT_PLAN_MISMATCH' : 'SEC_HANDSHAKE_FAILED')
  }
  return { kind, ts, ...body }
}
/** As the acceptor `self` judges a hello; `linkTo(slot)` is its link key, `seen` its memory of randoms. */
export function openHello(frame, { self, linkTo, run, planHash, time, seen }) {
  must(frame.length >= 64 && frame[4] === 2, 'not a frame of version 2')
  const claims = bodyOf(frame)
  claims.bytes(64)
  const sender = claims.text()
  const link = linkTo(sender)
  must(link !== undefined, 'the sender is no peer', 'SEC_SIGNATURE_INVALID')
  const due = { receiver: self, receiverIncarnation: 0, answered: Buffer.alloc(32), run, planHash }
  return openHandshake(frame, 'hello', { key: helloKey(link, sender, self), time, seen, due })
}
/** As the dialler judges the answer to its `hello`, of which it gives the fields. */
export function openWelcome(frame, { link, hello, time }) {
  const { random: answered, sender, incarnation: receiverIncarnation, receiver, run, planHash } = hello
  const due = { sender: receiver, receiver: sender, receiverIncarnation, answered, run, planHash }
  return openHandshake(frame, 'welcome', { key: welcomeKey(link, answered, receiver, sender), time, due })
}

// Session
/** One direction of a session: gives a function that opens its frames, each in turn. `codes` is the table of codes. */
export function receive({ key, bodyKey, session }, codes) {
  let counter = 0n
  let last
  return (frame, time) => {
    const nonce = Buffer.concat([session, Buffer.alloc(8)])
    nonce.writeBigUInt64BE(counter + 1n, 8)
    const { kind, ts } = openFrame(frame, { key, bodyKey, allowed: ['batch', 'bye'], nonce, time })
    mustHaveNoFlags(frame)
    must(last !== 'bye' && (last ?? kind) === 'batch', 'a frame after the bye, or a bye that comes first')
    const body = bodyOf(frame)
    const opened = kind === 'bye' ? { kind, ts } : { kind, ts, records: batchRecords(body, codes) }
    body.end()
    counter += 1n
    last = kind
    return opened
  }
}
function batchRecords(body, codes) {
  const reader = new Reader(body.longBytes())
  const records = []
  for (const before = {}; reader.left.length > 0; ) records.push(readRecord(reader, before, codes))
  const text = textOf(body.bytes(body.left.length))
  const values = text === '' ? [] : jsonOf(text)
  const takers = records.filter(({ kind, payload }) => kind === 'fail' || (kind === 'envelope' && !payload))
  must(Array.isArray(values) && values.length === takers.length, `not one array of ${takers.length} values`)
  for (const [at, taker] of takers.entries()) {
    if (taker.kind === 'fail') taker.facts = factsOf(values[at])
    else taker.payload = { value: values[at] }
  }
  return records
}
function factsOf(value) {
  must(typeof value === 'object' && value !== null && !Array.isArray(value), 'facts are no object')
  for (const fact of Object.values(value)) {
    const texts = Array.isArray(fact) && fact.every((text) => typeof text === 'string')
    must(texts || fact === null || typeof fact !== 'object', 'a fact of a type that facts have not')
  }
  return value
}

// Records. `before` holds the domain before and the origin before.
function readRecord(reader, before, codes) {
  const kind = reader.u8()
  must(kind >= 1 && kind <= 5, `a record of kind ${kind}`, 'SEC_KIND_REFUSED')
  return [readEnvelope, readAck, readFail, readCancel, readMark][kind - 1](reader, before, codes)
}
function back(before, field) {
  must(before[field] !== undefined, `no ${field} before`)
  return before[field]
}
const readPosition = (reader) => reader.many(() => reader.varint())
function readEnvelope(reader, before) {
  const flags = reader.u8()
  const has = (flag) => (flags & flag) !== 0
  must(!(has(2) && has(64)), `flags ${flags} exclude each other`)
  const read = { kind: 'envelope' }
  if (has(1)) read.ticket = reader.varint()
  read.edge = reader.varint()
  if (has(2) || has(64)) before.domain = read.domain = has(2) ? reader.text() : back(before, 'domain')
  read.position = readPosition(reader)
  before.origin = read.origin = has(128) ? back(before, 'origin') : reader.text()
  read.root = reader.varint()
  if (has(4)) read.remainingMs = reader.f64()
  must(!has(4) || (Number.isFinite(read.remainingMs) && read.remainingMs >= 0), `${read.remainingMs} ms remaining`)
  if (has(8)) read.trace = reader.text()
  if (has(16) && !has(32)) read.payload = { bytes: reader.longBytes() }
  if (has(32)) read.payload = { [has(16) ? 'unread' : 'json']: textOf(reader.longBytes()) }
  if (has(32) && !has(16)) jsonOf(read.payload.json)
  return read
}
function readRange(reader) {
  const first = reader.varint()
  const last = first + reader.varint()
  must(Number.isSafeInteger(last), 'a ticket is over 2^53 - 1')
  return [first, last]
}
const readAck = (reader) => ({ kind: 'ack', ranges: reader.many(readRange) })
function rootAndCode(kind, reader, codes) {
  const read = { kind, origin: reader.text(), root: reader.varint(), code: reader.text() }
  must(codes === undefined || codes.has(read.code), 'a code that is not in the table')
  return read
}
const readFail = (reader, _, codes) => ({
  ...rootAndCode('fail', reader, codes),
  position: readPosition(reader),
})
const readCancel = (reader, _, codes) => rootAndCode('cancel', reader, codes)
function readMark(reader, before) {
  const flags = reader.u8()
  must(flags === 0 || flags === 64, `a mark with flags ${flags}`)
  const edge = reader.varint() - 1
  before.domain = flags === 64 ? back(before, 'domain') : reader.text()
  return { kind: 'mark', edge, domain: before.domain, position: readPosition(reader) }
}

// A captured stream: what one end sent over one connection, from its hello or welcome on.
/** Yields the frames of a captured stream, or throws what a receiver refuses; who it is for is taken from the stream. */
export function* readCapture(bytes, master, acceptorsRandom, codes) {
  let taken = takeFrame(bytes, 1024)
  must(taken !== undefined, 'the first frame is not complete')
  const { random, answered, sender, receiver, receiverIncarnation, run, planHash } = handshakeBody(bodyOf(taken.frame))
  const link = linkKey(master, sender, receiver)
  const dialled = taken.frame[5] === 1
  const hello = {
    random: answered,
    sender: receiver,
    incarnation: receiverIncarnation,
    receiver: sender,
    run,
    planHash,
  }
  if (dialled) yield openHello(taken.frame, { self: receiver, linkTo: () => link, run, planHash })
  else yield openWelcome(taken.frame, { link, hello })
  const randoms = dialled ? [random, acceptorsRandom ?? Buffer.alloc(32)] : [answered, random]
  const open = receive(sessionKey(link, ...randoms, sender, receiver), codes)
  for (let rest = taken.rest; rest.length > 0; rest = taken.rest) {
    taken = takeFrame(rest)
    must(taken !== undefined, 'the stream ends within a frame')
    yield open(taken.frame)
  }
}
const usage = `decoder.mjs --secret HEX [--kdf none|hkdf_sha256] [--random HEX] FILE|-
Prints each frame that one end of a connection sent as a line of JSON. Times and codes are not judged.
  --random  the acceptor's random; what a dialler sent after its hello cannot be read without it`
function printCapture() {
  const type = 'string'
  const options = { secret: { type }, kdf: { type }, random: { type }, help: { type: 'boolean' } }
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  if (values.help || !values.secret || positionals.length !== 1) return console.log(usage)
  const bytes = readFileSync(positionals[0] === '-' ? 0 : positionals[0])
  const [secret, random] = [values.secret, values.random].map((text) => text && Buffer.from(text, 'hex'))
  const readable = (_, value) => (value?.type === 'Buffer' ? { hex: Buffer.from(value.data).toString('hex') } : value)
  for (const frame of readCapture(bytes, masterKey(secret, values.kdf), random)) {
    console.log(JSON.stringify(frame, readable))
  }
}
if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) printCapture()
