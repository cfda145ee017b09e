import { peerOptions } from '@millrace/link-tests'
import { createZeromqTransport, type ZeromqTransport, type ZeromqTransportOptions } from '../src/index.js'

/** Opens a transport whose peers are those of the same test. */
export function openTransport(options: Partial<ZeromqTransportOptions> = {}): ZeromqTransport {
  return createZeromqTransport(peerOptions(options))
}
