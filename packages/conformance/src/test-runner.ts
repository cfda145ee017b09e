/** The two functions that a suite needs of a test runner. Those of jest, vitest, mocha and node:test fit. */
export interface TestRunner {
  readonly describe: (title: string, body: () => void) => void
  readonly it: (title: string, body: () => Promise<void>, timeoutMs?: number) => void
}

/** What every suite can be told. */
export interface SuiteOptions {
  /** How long a test waits for what must happen, in milliseconds. @default 10_000 */
  readonly patienceMs?: number
  /** How many random cases each property test runs. @default ROUNDS of the environment, or 100 */
  readonly rounds?: number
  /** Where the random cases begin, a 32-bit integer: a failed property names the seed that finds it again. @default another in each run */
  readonly seed?: number
}

/** The options with every default filled in. */
export type SuiteSettings = Required<Omit<SuiteOptions, 'seed'>> & Pick<SuiteOptions, 'seed'>

/**
 * Fills in the defaults.
 *
 * @throws RangeError when a number, or ROUNDS, is not a positive integer, or the seed is no 32-bit integer
 */
export function suiteSettings(options: SuiteOptions = {}): SuiteSettings {
  return {
    patienceMs: positiveInteger('patienceMs', options.patienceMs ?? 10_000),
    rounds: positiveInteger('rounds', options.rounds ?? Number(process.env.ROUNDS || 100)),
    ...(options.seed === undefined ? {} : { seed: seedOf(options.seed) }),
  }
}

/** What `fc.assert` is told: how many cases, and where they begin. */
export function propertyParameters({ rounds, seed }: SuiteSettings): { numRuns: number; seed?: number } {
  return { numRuns: rounds, ...(seed === undefined ? {} : { seed }) }
}

/** How long the runner shall allow a test, in milliseconds: beyond the patience of each wait, so that the wait says what was missing. */
export function testTimeoutMs({ patienceMs, rounds }: SuiteSettings): number {
  return 6 * patienceMs + 1_000 * rounds
}

function positiveInteger(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new RangeError(`${name} must be a positive integer (got ${value})`)
}

function seedOf(value: number): number {
  if (Number.isInteger(value) && (value | 0) === value) return value
  throw new RangeError(`seed must be a 32-bit integer (got ${value})`)
}
