export { createTcpTransport, type TcpTransport, type TcpTransportOptions } from './tcp-transport.js'
