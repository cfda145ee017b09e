import type { describe as nodeDescribe, it as nodeIt } from 'node:test'
import { describe, expect, it } from '@jest/globals'
import { type SuiteOptions, suiteSettings, type TestRunner } from './test-runner.js'

describe('suiteSettings', () => {
  it('fills in what is left out', () => {
    expect(suiteSettings({ rounds: 7 })).toEqual({ patienceMs: 10_000, rounds: 7 })
  })

  it.each<[SuiteOptions, string]>([
    [{ patienceMs: 0 }, 'patienceMs must be a positive integer (got 0)'],
    [{ rounds: 1.5 }, 'rounds must be a positive integer (got 1.5)'],
    [{ rounds: Number.NaN }, 'rounds must be a positive integer (got NaN)'],
  ])('refuses %j', (options, message) => {
    expect(() => suiteSettings(options)).toThrow(new RangeError(message))
  })
})

describe('TestRunner', () => {
  it('is what jest and node:test bring', () => {
    const jest: TestRunner = { describe, it }
    // Never called: the type checker proves it.
    const node = (runner: { describe: typeof nodeDescribe; it: typeof nodeIt }): TestRunner => runner
    expect([jest.it, node]).toEqual([it, expect.any(Function)])
  })
})
