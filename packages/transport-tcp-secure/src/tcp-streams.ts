import { connect } from 'node:net'
import {
  type ConnectionClock,
  type FrameStream,
  loopbackHost,
  portOf,
  type Streams,
  type StreamsParts,
} from '@millrace/wire/links'
import { FrameSocket } from './frame-socket.js'
import { OpenSlot } from './open-slot.js'

/** Frames over loopback TCP: each stream is a connection. */
export function tcpStreams(parts: StreamsParts): Streams {
  return {
    open: (slot, port, onStream) => new OpenSlot({ ...parts, slot, onStream }).open(port),
    way(_from, { address }) {
      const port = portOf(address)
      return port === undefined ? undefined : (clock) => connected(port, clock, parts)
    },
  }
}

function connected(port: number, clock: ConnectionClock, { watch }: StreamsParts): FrameStream {
  return new FrameSocket({
    open: (onread) => connect({ host: loopbackHost, port, noDelay: true, allowHalfOpen: true, onread }),
    clock,
    watch,
    emptyAt: clock.monotonic(),
  })
}
