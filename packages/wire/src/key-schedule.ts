/**
 * The key schedule, from the secret down to the keys of one session:
 *
 *     secret ── kdf ──▶ master ── the pair of slots ──▶ link ──┬── who sends ──▶ door, hello, welcome
 *                                                             └── both randoms, who sends ──▶ session, body
 *
 * 1. Every key has one use: the kind of frame, its direction and the algorithm are part of what the key is derived from.
 * 2. The link key itself signs nothing.
 * 3. The key of a welcome depends on the random of its hello, those of a session on both randoms: nothing recorded in one
 *    handshake or session has a valid signature in another.
 */
import { MillraceError, type SlotId } from '@millrace/contracts'
import type { FrameNonce } from './frame-layout.js'
import { readU32 } from './frame-layout.js'
import { hkdfSha256 } from './hkdf-sha256.js'

/** How the secret becomes the master key; `auth.kdf` of the configuration. */
export type Kdf = 'none' | 'hkdf_sha256'

/** What signs the frames of one direction of one session, and names them. */
export interface DirectionKey {
  readonly key: Uint8Array
  /** Tags the bodies of large frames. */
  readonly bodyKey: Uint8Array
  /** The nonce before that of the first frame. */
  readonly session: Omit<FrameNonce, 'counter'>
}

const keyBytes = 32
const sessionBytes = 8
const none = new Uint8Array(0)

/**
 * The key of a run, from which the key of each link is derived.
 *
 * @param secret at least 32 bytes; `none` takes them as they are
 * @throws MillraceError SEC_SECRET_INVALID when the secret is shorter
 */
export function masterKey(secret: Uint8Array, kdf: Kdf): Uint8Array {
  if (secret.length < keyBytes)
    throw new MillraceError(
      'SEC_SECRET_INVALID',
      `a secret of ${secret.length} bytes cannot protect a run, because it can be guessed; give at least ${keyBytes} random bytes`,
    )
  return kdf === 'none' ? new Uint8Array(secret) : hkdfSha256(secret, none, info('millrace/1 master'), keyBytes)
}

/** The key that two slots share: 32 bytes, the same whichever is named first. */
export function linkKey(master: Uint8Array, one: SlotId, other: SlotId): Uint8Array {
  const swap = Buffer.compare(Buffer.from(one), Buffer.from(other)) > 0
  return hkdfSha256(master, none, swap ? info('millrace/1 link', other, one) : info('millrace/1 link', one, other), 32)
}

/** What the slot that dials shows where a carrier asks for a password before it takes anything. It signs nothing. */
export function doorKey(link: Uint8Array, from: SlotId, to: SlotId): Uint8Array {
  return hkdfSha256(link, none, info('millrace/1 door', from, to), keyBytes)
}

/** Signs the hello of the slot that dials. */
export function helloKey(link: Uint8Array, from: SlotId, to: SlotId): Uint8Array {
  return hkdfSha256(link, none, info('millrace/1 hello', from, to), keyBytes)
}

/** Signs the welcome that answers one hello. */
export function welcomeKey(link: Uint8Array, helloRandom: Uint8Array, from: SlotId, to: SlotId): Uint8Array {
  return hkdfSha256(link, helloRandom, info('millrace/1 welcome', from, to), keyBytes)
}

/** Signs what one slot sends to the other in one session. */
export function sessionKey(link: Uint8Array, randoms: Uint8Array, from: SlotId, to: SlotId): DirectionKey {
  const material = hkdfSha256(link, randoms, info('millrace/1 session', from, to), keyBytes + sessionBytes)
  return {
    key: material.subarray(0, keyBytes),
    bodyKey: hkdfSha256(link, randoms, info('millrace/1 body', from, to), keyBytes),
    session: { sessionHigh: readU32(material, keyBytes), sessionLow: readU32(material, keyBytes + 4) },
  }
}

/** A label and names; each name is preceded by its length, so that no two lists of names look alike. */
function info(label: string, ...names: readonly string[]): Uint8Array {
  const parts = names.flatMap((name) => {
    const text = Buffer.from(name)
    return [Buffer.from([text.length >>> 8, text.length & 255]), text]
  })
  return Buffer.concat([Buffer.from(label), ...parts])
}
