import { createEventEmitter, type SlotId } from '@millrace/contracts'
import { linkKey } from '@millrace/wire'
import { createTcpTransport, type TcpTransport, type TcpTransportOptions } from '../src/index.js'

/** The master key of every test: 32 bytes that no text contains by chance. */
export const master: Uint8Array = Uint8Array.from({ length: 32 }, (_, index) => 0xa0 ^ (index * 7))

/** The key of two slots in every test. */
export function keyOf(local: SlotId, peer: SlotId): Uint8Array {
  return linkKey(master, local, peer)
}

/** Opens a transport whose peers are those of the same test. */
export function openTransport(options: Partial<TcpTransportOptions> = {}): TcpTransport {
  return createTcpTransport({
    run: '0123456789abcdef0123456789abcdef',
    planHash: 'plan',
    incarnation: 1,
    keyOf,
    events: createEventEmitter(),
    ...options,
  })
}
