export { copyPayload } from './copy-payload.js'
export { createMemoryStateStore, type MemoryStateStore } from './memory-state-store.js'
export { createMemoryTransport, type MemoryTransport, type MemoryTransportOptions } from './memory-transport.js'
