import { type SuiteOptions, suiteSettings, type TestRunner, testTimeoutMs } from '../test-runner.js'
import { commitCases } from './commit-cases.js'
import { entryCases } from './entry-cases.js'
import { modelCase } from './model-case.js'
import { type OpenStateStore, runStateStoreCase } from './state-store-world.js'

/**
 * What every state store must do: examples for entries, commits and isolation, and a comparison with a Map over random
 * loads and commits.
 *
 * @param runner `describe` and `it` of any test runner
 * @param open makes a store that holds nothing; the suite closes it
 */
export function stateStoreSuite({ describe, it }: TestRunner, open: OpenStateStore, options: SuiteOptions = {}): void {
  const settings = suiteSettings(options)
  describe('state store', () => {
    for (const one of [...entryCases, ...commitCases, modelCase])
      it(one.title, () => runStateStoreCase(one, open, settings), testTimeoutMs(settings))
  })
}
