import { suiteSettings, type TestRunner, testTimeoutMs } from '../test-runner.js'
import { closeCases } from './close-cases.js'
import { crashCases } from './crash-cases.js'
import { dialCases } from './dial-cases.js'
import { loadCases } from './load-cases.js'
import { orderCases } from './order-cases.js'
import { queueCases } from './queue-cases.js'
import { recordCases } from './record-cases.js'
import type { TransportHarness } from './transport-harness.js'
import { runTransportCase } from './transport-world.js'

/**
 * What every transport must do: order, close flush, slow reader, large message, peer crash, duplicate and late terminal,
 * every kind of record, dialling, and the queues it makes. After each test every listened end must have heard one end.
 *
 * @param runner `describe` and `it` of any test runner
 * @param harness how the suite gets at the transport
 */
export function transportSuite({ describe, it }: TestRunner, harness: TransportHarness): void {
  const timeoutMs = testTimeoutMs(suiteSettings(harness))
  const cases = [...orderCases, ...closeCases, ...loadCases, ...crashCases, ...recordCases, ...dialCases, ...queueCases]
  describe('transport', () => {
    for (const one of cases) it(one.title, () => runTransportCase(one, harness), timeoutMs)
  })
}
