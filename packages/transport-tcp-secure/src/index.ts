export type { TcpTransport } from './tcp-carrier.js'
export type { TcpTransportOptions } from './tcp-settings.js'
export { createTcpTransport } from './tcp-transport.js'
