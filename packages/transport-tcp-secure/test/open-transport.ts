import { peerOptions } from '@millrace/link-tests'
import { createTcpTransport, type TcpTransport, type TcpTransportOptions } from '../src/index.js'

/** Opens a transport whose peers are those of the same test. */
export function openTransport(options: Partial<TcpTransportOptions> = {}): TcpTransport {
  return createTcpTransport(peerOptions(options))
}
