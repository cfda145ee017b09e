import { signedHandshakes } from './handshakes.js'
import { createTcpCarrier, type TcpTransport } from './tcp-carrier.js'
import { type TcpTransportOptions, tcpTransportSettings } from './tcp-settings.js'

/**
 * Makes a carrier between the worker processes of one machine: loopback TCP, every batch signed.
 *
 * @throws MillraceError SEC_BIND_REFUSED for any host but 127.0.0.1, and for a port that does not exist
 * @throws RangeError when a number is none that the option can have
 */
export function createTcpTransport(options: TcpTransportOptions): TcpTransport {
  const settings = tcpTransportSettings(options)
  return createTcpCarrier(settings, signedHandshakes({ ...settings, maxFrameBytes: settings.maxPayloadBytes }))
}
