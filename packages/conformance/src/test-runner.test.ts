import type { describe as nodeDescribe, it as nodeIt } from 'node:test'
import { describe, expect, it } from '@jest/globals'
import { propertyParameters, type SuiteOptions, suiteSettings, type TestRunner } from './test-runner.js'

describe('suiteSettings', () => {
  it('fills in what is left out', () => {
    expect(suiteSettings({ rounds: 7 })).toEqual({ patienceMs: 10_000, rounds: 7 })
  })

  it('keeps a seed, also zero and a negative one as fast-check reports them', () => {
    for (const seed of [0, -2_147_483_648, 2_147_483_647]) {
      expect(propertyParameters(suiteSettings({ rounds: 7, seed }))).toEqual({ numRuns: 7, seed })
    }
    expect(propertyParameters(suiteSettings({ rounds: 7 }))).toEqual({ numRuns: 7 })
  })

  it.each<[SuiteOptions, string]>([
    [{ patienceMs: 0 }, 'patienceMs must be a positive integer (got 0)'],
    [{ rounds: 1.5 }, 'rounds must be a positive integer (got 1.5)'],
    [{ rounds: Number.NaN }, 'rounds must be a positive integer (got NaN)'],
    [{ seed: 2 ** 31 }, 'seed must be a 32-bit integer (got 2147483648)'],
    [{ seed: 0.5 }, 'seed must be a 32-bit integer (got 0.5)'],
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
