import assert from 'node:assert/strict'
import { inspect, isDeepStrictEqual } from 'node:util'

/** Asserts that two values are deeply equal, and says in words what should have been. */
export function assertSame(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return
  throw new assert.AssertionError({
    message: `${what} must be ${shown(expected)} (got ${shown(actual)})`,
    actual,
    expected,
    operator: 'deepStrictEqual',
  })
}

function shown(value: unknown): string {
  return inspect(value, { depth: 3, maxArrayLength: 20, maxStringLength: 100, breakLength: Number.POSITIVE_INFINITY })
}
