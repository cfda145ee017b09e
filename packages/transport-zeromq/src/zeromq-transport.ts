import {
  createLinkCarrier,
  type LinkTransport,
  type LinkTransportOptions,
  type LinkTransportSettings,
  linkTransportSettings,
  portOf,
  type Streams,
  type StreamsParts,
  signedHandshakes,
} from '@millrace/wire/links'
import { dealerStream } from './dealer-stream.js'
import { passOf } from './door.js'
import { RouterSlot } from './router-slot.js'

/** What a ZeroMQ transport is made with. */
export type ZeromqTransportOptions = LinkTransportOptions

/** A carrier between processes of one machine. */
export type ZeromqTransport = LinkTransport<'zeromq_local'>

/**
 * Makes a carrier between the worker processes of one machine: ZeroMQ on loopback, every batch signed.
 *
 * @throws MillraceError SEC_BIND_REFUSED for any host but 127.0.0.1, and for a port that does not exist
 * @throws RangeError when a number is none that the option can have
 */
export function createZeromqTransport(options: ZeromqTransportOptions): ZeromqTransport {
  const settings = linkTransportSettings('zeromq_local', options)
  return createLinkCarrier({
    profile: 'zeromq_local',
    settings,
    handshakes: signedHandshakes({ ...settings, maxFrameBytes: settings.maxPayloadBytes }),
    streams: (parts) => zeromqStreams(parts, settings.keyOf),
  })
}

function zeromqStreams(parts: StreamsParts, keyOf: LinkTransportSettings['keyOf']): Streams {
  return {
    open: (slot, port, onStream) => new RouterSlot({ ...parts, slot, keyOf, onStream }).open(port),
    way(from, { slot, address }) {
      const port = portOf(address)
      if (port === undefined) return undefined
      // Two slots without a key are not connected: there is no hello for them.
      const pass = passOf(keyOf(from, slot) ?? new Uint8Array(0), from, slot)
      return (clock) => dealerStream(port, pass, { ...parts, clock })
    },
  }
}
