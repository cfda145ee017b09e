import { describe, it } from '@jest/globals'
import { stateStoreSuite, transportSuite } from '@millrace/conformance'
import { createMemoryStateStore } from './memory-state-store.js'
import { createMemoryTransport } from './memory-transport.js'

describe('CONF-01 memory transport, payloads by reference', () => {
  transportSuite({ describe, it }, { open: () => opened({}) })
})

describe('CONF-01 memory transport, payloads copied', () => {
  transportSuite({ describe, it }, { open: () => opened({ serialise: true }) })
})

describe('memory state store', () => {
  stateStoreSuite({ describe, it }, createMemoryStateStore)
})

function opened(options: { readonly serialise?: boolean }) {
  const transport = createMemoryTransport(options)
  return {
    listening: transport,
    dialling: transport,
    loseLink: (listening: string, dialling: string) => void transport.sever(listening, dialling),
  }
}
