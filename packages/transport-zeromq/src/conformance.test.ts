import { describe, it } from '@jest/globals'
import { transportSuite } from '@millrace/conformance'
import { openLosable } from '@millrace/link-tests'
import { openTransport } from '../test/open-transport.js'

describe('CONF-01 ZeroMQ transport', () => {
  transportSuite({ describe, it }, { open: () => openLosable(() => openTransport()) })
})

describe('CONF-01 ZeroMQ transport with small frames', () => {
  const maxPayloadBytes = 100_000
  transportSuite(
    { describe, it },
    { maxPayloadBytes, open: () => openLosable(() => openTransport({ maxPayloadBytes })) },
  )
})
