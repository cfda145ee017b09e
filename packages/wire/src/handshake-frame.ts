/**
 * The body of hello and welcome:
 *
 *     0   32  random of the sender
 *     32  32  random of the receiver, zero in a hello
 *     64   …  sender's slot (text), its incarnation (varint),
 *             receiver's slot (text), its incarnation (varint, 0 in a hello),
 *             run (text), plan hash (text)
 */
import { ByteReader } from './byte-reader.js'
import { ByteWriter, textRoom, varintRoom } from './byte-writer.js'
import {
  type FrameKind,
  frameKinds,
  handshakeFrameLimit,
  handshakeNonce,
  hasFlags,
  hasNonce,
  headerBytes,
  kindOf,
  macBytes,
  writeHeader,
} from './frame-layout.js'
import { FrameSigner } from './frame-signer.js'
import { handshakeFailed, kindRefused, malformed, replayed } from './refusals.js'
import type { Party } from './session.js'
import { bodyEnd } from './verify-frame.js'

/** Bytes of the random that each side gives. */
export const randomBytes = 32

/** What hello and welcome say. */
export interface HandshakeBody {
  readonly random: Uint8Array
  /** Zero in a hello. */
  readonly peerRandom: Uint8Array
  readonly sender: Party
  /** Its incarnation is 0 in a hello: it is not known yet. */
  readonly receiver: Party
  readonly run: string
  readonly planHash: string
}

/** Stands for the random of a peer that has not spoken yet. */
export const noRandom: Uint8Array = new Uint8Array(randomBytes)

/**
 * Makes a signed hello or welcome.
 *
 * @param keyOf called when the names are known to be short enough
 * @throws MillraceError SEC_HANDSHAKE_FAILED when names in it are too long for a handshake
 */
export function encodeHandshake(
  kind: 'hello' | 'welcome',
  ts: number,
  body: HandshakeBody,
  keyOf: () => Uint8Array,
): Buffer {
  const out = new ByteWriter(Buffer.alloc(roomOf(body)), headerBytes)
  writeBody(out, body)
  const length = out.at + macBytes
  if (length > handshakeFrameLimit)
    throw handshakeFailed(
      `the names of both slots and of the run make a ${kind} of ${length} bytes and ${handshakeFrameLimit} are allowed; shorten the names of the process groups`,
    )
  const frame = Buffer.from(out.bytes.subarray(0, length))
  writeHeader(frame, kind, Math.floor(ts), handshakeNonce)
  new FrameSigner({ key: keyOf() }).sign(frame)
  return frame
}

/**
 * The name in which a hello speaks, read before anybody has vouched for it: it only chooses the key to check it with.
 *
 * @throws MillraceError SEC_FRAME_MALFORMED
 */
export function claimedSender(frame: Buffer): string {
  const body = bodyReader(frame)
  body.raw(2 * randomBytes)
  return body.text()
}

/** The random of a frame that is long enough to hold one. */
export function randomOf(frame: Buffer): Buffer {
  return bodyReader(frame).raw(randomBytes)
}

/** @throws MillraceError SEC_KIND_REFUSED */
export function checkKind(frame: Buffer, kind: FrameKind): void {
  const found = kindOf(frame)
  if (found !== frameKinds[kind]) throw kindRefused('frame', found)
}

/** @throws MillraceError SEC_REPLAY when a frame of a session comes in a handshake */
export function checkHandshakeNonce(frame: Buffer): void {
  if (!hasNonce(frame, handshakeNonce)) throw replayed('it belongs to a session, and this is a handshake')
}

/** @throws MillraceError SEC_FRAME_MALFORMED */
export function decodeHandshake(frame: Buffer): HandshakeBody {
  if (hasFlags(frame)) throw malformed('it has an unknown flag')
  const body = bodyReader(frame)
  const decoded = {
    random: body.raw(randomBytes),
    peerRandom: body.raw(randomBytes),
    sender: readParty(body),
    receiver: readParty(body),
    run: body.text(),
    planHash: body.text(),
  }
  if (!body.done) throw malformed('something follows its last field')
  return decoded
}

function bodyReader(frame: Buffer): ByteReader {
  return new ByteReader(frame, headerBytes, bodyEnd(frame))
}

function readParty(body: ByteReader): Party {
  return { slot: body.text(), incarnation: body.varint() }
}

function writeBody(out: ByteWriter, body: HandshakeBody): void {
  out.raw(body.random)
  out.raw(body.peerRandom)
  for (const { slot, incarnation } of [body.sender, body.receiver]) {
    out.text(slot)
    out.varint(incarnation)
  }
  out.text(body.run)
  out.text(body.planHash)
}

function roomOf({ sender, receiver, run, planHash }: HandshakeBody): number {
  const texts = [sender.slot, receiver.slot, run, planHash].reduce((room, text) => room + textRoom(text), 0)
  return headerBytes + 2 * randomBytes + texts + 2 * varintRoom + macBytes
}
