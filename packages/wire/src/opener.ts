/**
 * Judges frames in this order, and the first failure is the answer:
 *
 * 1. length and version: SEC_FRAME_MALFORMED
 * 2. signature, in constant time: SEC_SIGNATURE_INVALID. What follows is the work of the peer, whoever it is
 * 3. kind: SEC_KIND_REFUSED
 * 4. age: SEC_EXPIRED
 * 5. nonce, which must be the next: SEC_REPLAY
 * 6. flags and body: SEC_FRAME_MALFORMED, SEC_KIND_REFUSED
 *
 * Records leave only after the last of these.
 */
import type { LinkRecord } from '@millrace/contracts'
import { frameKinds, hasFlags, hasNonce, headerBytes, kindOf } from './frame-layout.js'
import { FrameSigner } from './frame-signer.js'
import { judgeAge } from './judge-age.js'
import type { DirectionKey } from './key-schedule.js'
import { RecordDecoder } from './record-decoder.js'
import { kindRefused, malformed, replayed } from './refusals.js'
import type { FrameOpener } from './session.js'
import { bodyEnd, checkShape, checkSignature } from './verify-frame.js'

/** What the receiving direction of a session is made of. */
export interface OpenerParts {
  readonly direction: DirectionKey
  readonly ttlMs: number
  /** The clock of the session. */
  readonly now: () => number
}

/** Verifies and decodes the frames of one direction of one session. */
export class Opener implements FrameOpener {
  readonly #signer: FrameSigner
  readonly #age: Pick<OpenerParts, 'ttlMs' | 'now'>
  readonly #decoder = new RecordDecoder()
  /** That of the frame which must come next. */
  readonly #nonce: { readonly sessionHigh: number; readonly sessionLow: number; counter: number }
  #confirmed = false

  constructor({ direction, ttlMs, now }: OpenerParts) {
    this.#signer = new FrameSigner(direction)
    this.#age = { ttlMs, now }
    this.#nonce = { ...direction.session, counter: 1 }
  }

  get confirmed(): boolean {
    return this.#confirmed
  }

  open(frame: Buffer, lastEmpty: number, onRecord: (record: LinkRecord) => void): 'batch' | 'bye' {
    checkShape(frame)
    checkSignature(frame, this.#signer)
    const kind = kindOf(frame)
    if (kind !== frameKinds.batch && kind !== frameKinds.bye) throw kindRefused('frame', kind)
    judgeAge(frame, lastEmpty, this.#age)
    if (!hasNonce(frame, this.#nonce)) throw replayed('its counter is not the next of this session')
    if (hasFlags(frame)) throw malformed('it has an unknown flag')
    return kind === frameKinds.bye ? this.#bye(frame) : this.#batch(frame, onRecord)
  }

  #batch(frame: Buffer, onRecord: (record: LinkRecord) => void): 'batch' {
    const records = this.#decoder.decode(frame, headerBytes, bodyEnd(frame))
    this.#nonce.counter++
    this.#confirmed = true
    for (const record of records) onRecord(record)
    return 'batch'
  }

  #bye(frame: Buffer): 'bye' {
    if (bodyEnd(frame) > headerBytes) throw malformed('a farewell has a body')
    this.#nonce.counter++
    return 'bye'
  }
}
