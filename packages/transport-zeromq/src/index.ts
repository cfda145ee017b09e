export { createZeromqTransport, type ZeromqTransport, type ZeromqTransportOptions } from './zeromq-transport.js'
