import { MillraceError } from '@millrace/contracts'
import { type HandshakeBody, randomBytes } from './handshake-frame.js'
import { sessionKey } from './key-schedule.js'
import { Opener } from './opener.js'
import { handshakeFailed } from './refusals.js'
import { Sealer } from './sealer.js'
import type { Party, Session } from './session.js'
import type { WireClock } from './wire-clock.js'

/** What one end of a connection knows before it meets the other. */
export interface HandshakeSettings {
  readonly local: Party
  /** Names this run of the application; peers of another are refused. */
  readonly run: string
  /** Hash of the plan; peers with another plan are refused. */
  readonly planHash: string
  /** How old, or how far ahead, a frame may be, in milliseconds. */
  readonly ttlMs: number
  /** The largest frame that is sent, in bytes, and so the largest record. */
  readonly maxFrameBytes: number
  readonly clock: WireClock
  /** So many unpredictable bytes: `randomBytes` of `node:crypto`. */
  readonly random: (bytes: number) => Uint8Array
}

/** A random for one handshake, which nobody else holds on to. */
export function freshRandom({ random }: HandshakeSettings): Uint8Array {
  return new Uint8Array(random(randomBytes))
}

/**
 * Compares what the peer says about both ends with what this end knows.
 *
 * @param incarnation what the peer must think this end's incarnation is
 * @throws MillraceError SEC_HANDSHAKE_FAILED, BOOT_PLAN_MISMATCH
 */
export function checkAgreement(body: HandshakeBody, settings: HandshakeSettings, incarnation: number): void {
  const peer = body.sender.slot
  if (body.receiver.slot !== settings.local.slot || body.receiver.incarnation !== incarnation)
    throw handshakeFailed(`${peer} meant another worker than this one`, { peer })
  if (body.run !== settings.run) throw handshakeFailed(`${peer} belongs to another run of the application`, { peer })
  if (body.planHash !== settings.planHash)
    throw new MillraceError(
      'BOOT_PLAN_MISMATCH',
      `a link to ${peer} cannot be opened, because it holds another plan; start all workers from the same code and configuration`,
      { facts: { peer } },
    )
}

/** What both ends have when they have agreed. */
export interface Agreement {
  readonly settings: HandshakeSettings
  readonly peer: Party
  readonly link: Uint8Array
  /** The random of the end that dialled, then that of the other. */
  readonly randoms: readonly [dialler: Uint8Array, acceptor: Uint8Array]
  readonly now: () => number
}

/** Derives the keys of both directions. */
export function openSession({ settings, peer, link, randoms, now }: Agreement): Session {
  const salt = Buffer.concat(randoms)
  const here = settings.local.slot
  const { ttlMs, maxFrameBytes } = settings
  return {
    peer,
    sealer: new Sealer({ direction: sessionKey(link, salt, here, peer.slot), maxFrameBytes, now }),
    opener: new Opener({ direction: sessionKey(link, salt, peer.slot, here), ttlMs, now }),
    now,
  }
}
