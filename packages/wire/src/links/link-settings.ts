import { randomBytes } from 'node:crypto'
import type { EventEmitter, Profile, SlotId } from '@millrace/contracts'
import { systemClock, type WireClock } from '../wire-clock.js'
import { checkBind, loopbackHost } from './loopback-address.js'

/** What a transport between the processes of one machine is made with. */
export interface LinkTransportOptions {
  /** Names this run of the application; peers of another run are refused. */
  readonly run: string
  /** The hash of the plan; peers with another plan are refused. */
  readonly planHash: string
  /** Which process this is in its slots, counted from 1. A newer one takes the links of the older over. */
  readonly incarnation: number
  /** The key that two slots share, 32 bytes, as `linkKey` of `@millrace/wire` derives it; undefined where the plan has no link. */
  readonly keyOf: (local: SlotId, peer: SlotId) => Uint8Array | undefined
  /** Hears `link.opened`, `link.closed` and `security.refused`. */
  readonly events: EventEmitter
  /** Where slots listen. Nothing but loopback is allowed. @default '127.0.0.1' */
  readonly bindHost?: string
  /** The port; 0 takes any free one. @default 0 */
  readonly bindPort?: number
  /** The largest frame, and so the largest record, in bytes. @default 1_048_576 */
  readonly maxPayloadBytes?: number
  /** How old a frame may be, in milliseconds. @default 30_000 */
  readonly ttlMs?: number
  /** How many hellos are remembered, so that none is answered twice. @default 100_000 */
  readonly nonceCacheSize?: number
  /** True to emit `ipc.accepted` for each batch, in and out, which costs about a microsecond each. @default false */
  readonly batchEvents?: boolean
  /** @default the clocks of this machine */
  readonly clock?: WireClock
  /** So many unpredictable bytes. @default randomBytes of node:crypto */
  readonly random?: (bytes: number) => Uint8Array
}

/** The same, complete and checked. */
export type LinkTransportSettings = Required<LinkTransportOptions>

/**
 * Fills in the defaults and refuses what cannot work.
 *
 * @throws MillraceError SEC_BIND_REFUSED
 * @throws RangeError when a number is none that the option can have
 */
export function linkTransportSettings(profile: Profile, options: LinkTransportOptions): LinkTransportSettings {
  const settings: LinkTransportSettings = {
    bindHost: loopbackHost,
    bindPort: 0,
    maxPayloadBytes: 1_048_576,
    ttlMs: 30_000,
    nonceCacheSize: 100_000,
    batchEvents: false,
    clock: systemClock,
    random: randomBytes,
    ...options,
  }
  checkBind(profile, settings.bindHost, settings.bindPort)
  for (const name of ['incarnation', 'maxPayloadBytes', 'ttlMs', 'nonceCacheSize'] as const)
    checkPositive(name, settings[name])
  return settings
}

function checkPositive(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value <= 0)
    throw new RangeError(`${name} of a transport must be a positive integer (got ${value})`)
}
