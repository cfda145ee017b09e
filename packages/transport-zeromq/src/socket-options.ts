import { chunkBytes, highWaterMark } from './flow.js'

/** How long a socket that is closed may take to hand over what it was given. */
export const lingerMs = 1000

/** How long ZeroMQ may take to greet a peer; the door of a slot answers in a turn of its event loop. */
const greetingMs = 5000

/** The options that both kinds of socket share. */
export interface SocketOptions {
  sendTimeout: number
  linger: number
  sendHighWaterMark: number
  receiveHighWaterMark: number
  maxMessageSize: number
  handshakeInterval: number
}

/**
 * Sending never waits: what a peer does not grant is not sent. A message that ZeroMQ cannot take all the same is an error, and
 * loses the link; none is ever dropped in silence.
 */
export const socketOptions: Readonly<SocketOptions> = {
  sendTimeout: 0,
  linger: lingerMs,
  sendHighWaterMark: highWaterMark,
  receiveHighWaterMark: highWaterMark,
  maxMessageSize: chunkBytes,
  handshakeInterval: greetingMs,
}
