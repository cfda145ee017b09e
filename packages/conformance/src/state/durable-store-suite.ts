import { type SuiteOptions, suiteSettings, type TestRunner, testTimeoutMs } from '../test-runner.js'
import { type OpenDurableStores, runDurableStoreCase } from './durable-store-world.js'
import { ledgerCases } from './ledger-cases.js'
import { takeoverCases } from './takeover-cases.js'

/**
 * What every store must do that outlives its process: keep state and ledger together and in order, and belong to one process of
 * its slot at a time. It must pass `stateStoreSuite` as well.
 *
 * @param runner `describe` and `it` of any test runner
 * @param openStores makes an application that has kept nothing, and opens stores of it; the suite closes them
 */
export function durableStoreSuite(
  { describe, it }: TestRunner,
  openStores: OpenDurableStores,
  options: SuiteOptions = {},
): void {
  const settings = suiteSettings(options)
  describe('durable store', () => {
    for (const one of [...ledgerCases, ...takeoverCases])
      it(one.title, () => runDurableStoreCase(one, openStores, settings), testTimeoutMs(settings))
  })
}
