import { createEventEmitter, type SlotId } from '@millrace/contracts'
import { linkKey } from '@millrace/wire'
import type { LinkTransportOptions } from '@millrace/wire/links'

/** The master key of every test: 32 bytes that no text contains by chance. */
export const master: Uint8Array = Uint8Array.from({ length: 32 }, (_, index) => 0xa0 ^ (index * 7))

/** The key of two slots in every test. */
export function keyOf(local: SlotId, peer: SlotId): Uint8Array {
  return linkKey(master, local, peer)
}

/** What makes transports of one test peers of each other. */
export function peerOptions(options: Partial<LinkTransportOptions> = {}): LinkTransportOptions {
  return {
    run: '0123456789abcdef0123456789abcdef',
    planHash: 'plan',
    incarnation: 1,
    keyOf,
    events: createEventEmitter(),
    ...options,
  }
}
