import {
  createLinkCarrier,
  type LinkTransport,
  type LinkTransportOptions,
  linkTransportSettings,
  signedHandshakes,
} from '@millrace/wire/links'
import { tcpStreams } from './tcp-streams.js'

/** What a TCP transport is made with. */
export type TcpTransportOptions = LinkTransportOptions

/** A carrier between processes of one machine. */
export type TcpTransport = LinkTransport<'tcp_local'>

/**
 * Makes a carrier between the worker processes of one machine: loopback TCP, every batch signed.
 *
 * @throws MillraceError SEC_BIND_REFUSED for any host but 127.0.0.1, and for a port that does not exist
 * @throws RangeError when a number is none that the option can have
 */
export function createTcpTransport(options: TcpTransportOptions): TcpTransport {
  const settings = linkTransportSettings('tcp_local', options)
  return createLinkCarrier({
    profile: 'tcp_local',
    settings,
    handshakes: signedHandshakes({ ...settings, maxFrameBytes: settings.maxPayloadBytes }),
    streams: tcpStreams,
  })
}
