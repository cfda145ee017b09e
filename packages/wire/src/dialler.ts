import type { SlotId } from '@millrace/contracts'
import { FrameSigner } from './frame-signer.js'
import {
  checkHandshakeNonce,
  checkKind,
  decodeHandshake,
  encodeHandshake,
  type HandshakeBody,
  noRandom,
} from './handshake-frame.js'
import { checkAgreement, freshRandom, type HandshakeSettings, openSession } from './handshake-settings.js'
import { judgeAge } from './judge-age.js'
import { helloKey, welcomeKey } from './key-schedule.js'
import { handshakeFailed } from './refusals.js'
import type { Session } from './session.js'
import { checkShape, checkSignature } from './verify-frame.js'
import { startSessionClock } from './wire-clock.js'

/** The end that dials: says hello, and takes the welcome. Made for one connection. */
export class Dialler {
  /** What is sent first. */
  readonly hello: Buffer
  /** The clock of this connection, also of its session: milliseconds since the epoch. */
  readonly now: () => number
  readonly #settings: HandshakeSettings
  readonly #peer: SlotId
  readonly #link: Uint8Array
  readonly #random: Uint8Array

  /**
   * @param peer the slot that is dialled; its incarnation is learned
   * @param key the link key of both
   * @throws MillraceError SEC_HANDSHAKE_FAILED when the names are too long to be sent
   */
  constructor(settings: HandshakeSettings, peer: SlotId, key: Uint8Array) {
    this.now = startSessionClock(settings.clock)
    this.#settings = settings
    this.#peer = peer
    this.#link = new Uint8Array(key)
    this.#random = freshRandom(settings)
    this.hello = encodeHandshake('hello', this.now(), this.#helloBody(), () => helloKey(key, settings.local.slot, peer))
  }

  /**
   * Verifies the welcome.
   *
   * @param lastEmpty when the socket was last known to hold nothing unread, by {@link now}
   * @throws MillraceError SEC_FRAME_MALFORMED, SEC_SIGNATURE_INVALID, SEC_KIND_REFUSED, SEC_EXPIRED, SEC_REPLAY,
   * SEC_HANDSHAKE_FAILED, BOOT_PLAN_MISMATCH
   */
  finish(welcome: Buffer, lastEmpty: number): Session {
    const { local, ttlMs } = this.#settings
    checkShape(welcome)
    checkSignature(welcome, new FrameSigner({ key: welcomeKey(this.#link, this.#random, this.#peer, local.slot) }))
    checkKind(welcome, 'welcome')
    judgeAge(welcome, lastEmpty, { ttlMs, now: this.now })
    checkHandshakeNonce(welcome)
    const body = decodeHandshake(welcome)
    this.#check(body)
    return openSession({
      settings: this.#settings,
      peer: body.sender,
      link: this.#link,
      randoms: [this.#random, body.random],
      now: this.now,
    })
  }

  #helloBody(): HandshakeBody {
    const { local, run, planHash } = this.#settings
    const receiver = { slot: this.#peer, incarnation: 0 }
    return { random: this.#random, peerRandom: noRandom, sender: local, receiver, run, planHash }
  }

  #check(body: HandshakeBody): void {
    if (body.sender.slot !== this.#peer || Buffer.compare(body.peerRandom, this.#random) !== 0)
      throw handshakeFailed(`${this.#peer} has answered another hello than this one`, { peer: this.#peer })
    checkAgreement(body, this.#settings, this.#settings.local.incarnation)
  }
}
