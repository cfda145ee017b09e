import type { SlotId } from '@millrace/contracts'
import { Acceptor } from '../acceptor.js'
import { Dialler } from '../dialler.js'
import type { HandshakeSettings } from '../handshake-settings.js'
import { NonceCache } from '../nonce-cache.js'
import type { Party, Session } from '../session.js'
import type { WireClock } from '../wire-clock.js'

/** The handshake of the side that dials. */
export interface DiallingHandshake {
  readonly hello: Buffer
  /** @throws MillraceError SEC_*, BOOT_PLAN_MISMATCH when the welcome is not what it should be */
  finish(welcome: Buffer, lastEmpty: number): Session
}

/** The handshake of the side that is dialled. */
export interface AcceptingHandshake {
  /** @throws MillraceError SEC_*, BOOT_PLAN_MISMATCH when the hello is not what it should be */
  answer(
    hello: Buffer,
    lastEmpty: number,
  ): { readonly welcome: Buffer; readonly session: Session; readonly peer: Party }
}

/** Makes the handshakes of a carrier: signed in every product, unsigned only where a benchmark measures what signing costs. */
export interface Handshakes {
  /** @returns undefined when the two slots share no key */
  dial(from: SlotId, to: SlotId, clock: WireClock): DiallingHandshake | undefined
  accept(slot: SlotId, clock: WireClock): AcceptingHandshake
}

/** What signed handshakes are made of. */
export interface HandshakeParts extends Omit<HandshakeSettings, 'local' | 'clock'> {
  readonly incarnation: number
  readonly keyOf: (local: SlotId, peer: SlotId) => Uint8Array | undefined
  readonly nonceCacheSize: number
}

/** Makes signed handshakes. All of them share one memory of the hellos that were seen. */
export function signedHandshakes({ incarnation, keyOf, nonceCacheSize, ...agreed }: HandshakeParts): Handshakes {
  const seen = new NonceCache({ capacity: nonceCacheSize, ttlMs: agreed.ttlMs })
  return {
    dial(from, to, clock) {
      const key = keyOf(from, to)
      return key && new Dialler({ ...agreed, local: { slot: from, incarnation }, clock }, to, key)
    },
    accept: (slot, clock) =>
      new Acceptor({ ...agreed, local: { slot, incarnation }, clock }, (peer) => keyOf(slot, peer), seen),
  }
}
