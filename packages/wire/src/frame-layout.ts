/**
 * The frame, big-endian:
 *
 *     0   4  length of what follows
 *     4   1  version
 *     5   1  kind
 *     6   2  flags, zero
 *     8   8  ts, milliseconds since the epoch
 *    16   8  session, zero in a handshake
 *    24   8  counter, zero in a handshake
 *    32   …  body
 *    -32  32 signature of everything before it: see `FrameSigner`
 */

/** Bytes before the body. */
export const headerBytes = 32

/** Bytes of the signature after the body. */
export const macBytes = 32

/** A frame with an empty body. */
export const smallestFrameBytes = 64

/** The most that a peer may send in one frame before it has shown that it holds a key. */
export const handshakeFrameLimit = 1024

/** The version of the protocol that this package speaks. */
export const wireVersion = 2

/** From here on the body is not hashed but tagged, which costs more to begin with and a fraction for each byte. */
export const mostHashedBytes = 24_576

/** What a frame is, by the byte that says so. */
export const frameKinds = { hello: 1, welcome: 2, batch: 3, bye: 4 } as const

/** A kind of frame. */
export type FrameKind = keyof typeof frameKinds

/** Bytes of the length field itself. */
export const lengthBytes = 4

/** What names a frame within all sessions: who it belongs to, and its place there. */
export interface FrameNonce {
  /** Upper and lower half of the session's number; both are zero in a handshake. */
  readonly sessionHigh: number
  readonly sessionLow: number
  readonly counter: number
}

/** The nonce of a hello and a welcome: no session yet. */
export const handshakeNonce: FrameNonce = { sessionHigh: 0, sessionLow: 0, counter: 0 }

const versionAt = 4
const kindAt = 5
const flagsAt = 6
const tsAt = 8
const sessionAt = 16
const counterAt = 24
const two32 = 4_294_967_296

/** Writes everything before the body into a frame whose length is final. */
export function writeHeader(frame: Buffer, kind: FrameKind, ts: number, nonce: FrameNonce): void {
  writeU32(frame, 0, frame.length - lengthBytes)
  frame[versionAt] = wireVersion
  frame[kindAt] = frameKinds[kind]
  frame[flagsAt] = 0
  frame[flagsAt + 1] = 0
  writeU64(frame, tsAt, ts)
  writeU32(frame, sessionAt, nonce.sessionHigh)
  writeU32(frame, sessionAt + 4, nonce.sessionLow)
  writeU64(frame, counterAt, nonce.counter)
}

/** The bytes that the length field at an offset announces, itself included. */
export function declaredFrameBytes(bytes: Uint8Array, offset: number): number {
  return readU32(bytes, offset) + lengthBytes
}

export function versionOf(frame: Uint8Array): number {
  return frame[versionAt] ?? 0
}

export function kindOf(frame: Uint8Array): number {
  return frame[kindAt] ?? 0
}

export function hasFlags(frame: Uint8Array): boolean {
  return frame[flagsAt] !== 0 || frame[flagsAt + 1] !== 0
}

/** Exact up to 2^53; beyond that it is only known to be as large. */
export function tsOf(frame: Uint8Array): number {
  return readU32(frame, tsAt) * two32 + readU32(frame, tsAt + 4)
}

/** Tells whether a frame carries exactly this nonce. */
export function hasNonce(frame: Uint8Array, nonce: FrameNonce): boolean {
  return (
    readU32(frame, sessionAt) === nonce.sessionHigh &&
    readU32(frame, sessionAt + 4) === nonce.sessionLow &&
    readU32(frame, counterAt) === Math.floor(nonce.counter / two32) &&
    readU32(frame, counterAt + 4) === nonce.counter % two32
  )
}

export function readU32(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16)
  return (high | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
}

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

function writeU64(bytes: Uint8Array, at: number, value: number): void {
  writeU32(bytes, at, Math.floor(value / two32))
  writeU32(bytes, at + 4, value % two32)
}
