import type { SlotId } from '@millrace/contracts'
import { FrameSigner } from './frame-signer.js'
import {
  checkHandshakeNonce,
  checkKind,
  claimedSender,
  decodeHandshake,
  encodeHandshake,
  type HandshakeBody,
  noRandom,
  randomOf,
} from './handshake-frame.js'
import { checkAgreement, freshRandom, type HandshakeSettings, openSession } from './handshake-settings.js'
import { judgeAge } from './judge-age.js'
import { helloKey, welcomeKey } from './key-schedule.js'
import type { NonceCache } from './nonce-cache.js'
import { handshakeFailed, signatureInvalid } from './refusals.js'
import type { Party, Session } from './session.js'
import { checkShape, checkSignature } from './verify-frame.js'
import { startSessionClock } from './wire-clock.js'

/** What answers a hello. */
export interface Answer {
  /** What is sent back. */
  readonly welcome: Buffer
  readonly session: Session
  readonly peer: Party
}

/** The end that is dialled: takes the hello, and says welcome. Made for one connection, when it comes in. */
export class Acceptor {
  /** The clock of this connection, also of its session: milliseconds since the epoch. */
  readonly now: () => number
  readonly #settings: HandshakeSettings
  readonly #keyOf: (peer: SlotId) => Uint8Array | undefined
  readonly #seen: NonceCache

  /**
   * @param keyOf the link key shared with a slot; undefined for one that the plan links with nothing here
   * @param seen shared by all connections of a listener
   */
  constructor(settings: HandshakeSettings, keyOf: (peer: SlotId) => Uint8Array | undefined, seen: NonceCache) {
    this.now = startSessionClock(settings.clock)
    this.#settings = settings
    this.#keyOf = keyOf
    this.#seen = seen
  }

  /**
   * Verifies a hello and answers it.
   *
   * The session is not open yet: only the first batch under its keys shows that the hello was no recording.
   *
   * @param lastEmpty when the socket was last known to hold nothing unread, by {@link now}
   * @throws MillraceError SEC_FRAME_MALFORMED, SEC_SIGNATURE_INVALID (also for a slot that shares no key with this one),
   * SEC_KIND_REFUSED, SEC_EXPIRED, SEC_REPLAY, SEC_HANDSHAKE_FAILED, BOOT_PLAN_MISMATCH
   */
  answer(hello: Buffer, lastEmpty: number): Answer {
    const { clock, ttlMs } = this.#settings
    const link = this.#verifiedLink(hello)
    checkKind(hello, 'hello')
    judgeAge(hello, lastEmpty, { ttlMs, now: this.now })
    checkHandshakeNonce(hello)
    this.#seen.add(randomOf(hello), clock.monotonic())
    const body = decodeHandshake(hello)
    this.#check(body)
    return this.#agreed(body, link)
  }

  /** The key of the pair, of which the hello has shown that its sender holds it. */
  #verifiedLink(hello: Buffer): Uint8Array {
    checkShape(hello)
    const claimed = claimedSender(hello)
    const link = this.#keyOf(claimed)
    if (link === undefined) throw signatureInvalid()
    checkSignature(hello, new FrameSigner({ key: helloKey(link, claimed, this.#settings.local.slot) }))
    return new Uint8Array(link)
  }

  #check(body: HandshakeBody): void {
    if (Buffer.compare(body.peerRandom, noRandom) !== 0)
      throw handshakeFailed('a hello claims to know what it cannot know yet', { peer: body.sender.slot })
    checkAgreement(body, this.#settings, 0)
  }

  #agreed(hello: HandshakeBody, link: Uint8Array): Answer {
    const { local, run, planHash } = this.#settings
    const peer = hello.sender
    const dialled = new Uint8Array(hello.random)
    const random = freshRandom(this.#settings)
    const body = { random, peerRandom: dialled, sender: local, receiver: peer, run, planHash }
    return {
      welcome: encodeHandshake('welcome', this.now(), body, () => welcomeKey(link, dialled, local.slot, peer.slot)),
      session: openSession({ settings: this.#settings, peer, link, randoms: [dialled, random], now: this.now }),
      peer,
    }
  }
}
