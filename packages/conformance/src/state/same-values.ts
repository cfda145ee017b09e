import { assertSame } from '../assert-same.js'

/** Asserts that values are equal as JSON, keys in the same order, and undefined where it is expected. */
export function assertSameValues(actual: readonly unknown[], expected: readonly unknown[]): void {
  // Text, because objects that were made in another realm, as test runners have them, are never deeply equal.
  assertSame('the values', actual.map(textOf), expected.map(textOf))
}

function textOf(value: unknown): string {
  return String(JSON.stringify(value))
}
