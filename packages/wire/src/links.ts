export { type ConnectionClock, startConnectionClock } from './links/connection-clock.js'
export { Emptiness, EmptyWatch, type Watched } from './links/empty-watch.js'
export { type FrameReceiver, FrameStream, type FrameStreamParts } from './links/frame-stream.js'
export {
  type AcceptingHandshake,
  type DiallingHandshake,
  type HandshakeParts,
  type Handshakes,
  signedHandshakes,
} from './links/handshakes.js'
export { createHeadedQueue } from './links/headed-queue.js'
export {
  type CarrierParts,
  type CarrierSettings,
  type Connect,
  createLinkCarrier,
  type LinkTransport,
  type OnStream,
  type OpenedSlot,
  type Streams,
  type StreamsParts,
} from './links/link-carrier.js'
export {
  type LinkTransportOptions,
  type LinkTransportSettings,
  linkTransportSettings,
} from './links/link-settings.js'
export { addressOf, loopbackHost, portOf } from './links/loopback-address.js'
