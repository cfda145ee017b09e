import { connect } from 'node:net'
import {
  type ConnectionClock,
  type FrameStream,
  loopbackHost,
  portOf,
  type Streams,
  type StreamsParts,
} from '@millrace/wire/links'
import { FrameSocket, readBytes } from './frame-socket.js'
import { OpenSlot } from './open-slot.js'

/** Frames over loopback TCP: each stream is a connection. */
export function tcpStreams(parts: StreamsParts): Streams {
  return {
    open: (slot, port, onStream) => new OpenSlot({ ...parts, slot, onStream }).open(port),
    way(_from, address) {
      const port = portOf(address)
      return port === undefined ? undefined : (clock) => connected(port, clock, parts)
    },
  }
}

function connected(port: number, clock: ConnectionClock, { watch }: StreamsParts): FrameStream {
  // Reads into one buffer: Node makes one of 64 KiB for each read otherwise. A server cannot be told so.
  const buffer = Buffer.allocUnsafeSlow(readBytes)
  const onread = {
    buffer,
    callback: (bytes: number): true => {
      stream.read(buffer.subarray(0, bytes))
      return true
    },
  }
  const socket = connect({ host: loopbackHost, port, noDelay: true, allowHalfOpen: true, onread })
  const stream = new FrameSocket({ socket, clock, watch, emptyAt: clock.monotonic() })
  return stream
}
