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
}

/** The options with every default filled in. */
export type SuiteSettings = Required<SuiteOptions>

/**
 * Fills in the defaults.
 *
 * @throws RangeError when a value, or ROUNDS, is not a positive integer
 */
export function suiteSettings(options: SuiteOptions = {}): SuiteSettings {
  return {
    patienceMs: positiveInteger('patienceMs', options.patienceMs ?? 10_000),
    rounds: positiveInteger('rounds', options.rounds ?? Number(process.env.ROUNDS || 100)),
  }
}

/** How long the runner shall allow a test, in milliseconds: beyond the patience of each wait, so that the wait says what was missing. */
export function testTimeoutMs({ patienceMs, rounds }: SuiteSettings): number {
  return 6 * patienceMs + 100 * rounds
}

function positiveInteger(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new RangeError(`${name} must be a positive integer (got ${value})`)
}
