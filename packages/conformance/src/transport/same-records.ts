import assert from 'node:assert/strict'
import { isUint8Array } from 'node:util/types'
import type { LinkRecord } from '@millrace/contracts'

/**
 * Asserts that records came as they were sent: same order, same fields, same payloads with their keys in the same order.
 * A payload of bytes may come as any kind of Uint8Array.
 */
export function assertSameRecords(actual: readonly LinkRecord[], expected: readonly LinkRecord[]): void {
  assert.equal(actual.length, expected.length, `${expected.length} records were sent, ${actual.length} arrived`)
  for (const [index, record] of expected.entries()) {
    const arrived = actual[index]
    assert.equal(
      arrived === undefined ? undefined : textOf(arrived),
      textOf(record),
      `record ${index} must arrive as it was sent`,
    )
  }
}

/** Asserts that records are the first of those that were sent. */
export function assertFirstOf(actual: readonly LinkRecord[], expected: readonly LinkRecord[]): void {
  assert.ok(actual.length <= expected.length, `${expected.length} records were sent, ${actual.length} arrived`)
  assertSameRecords(actual, expected.slice(0, actual.length))
}

/** Text, because objects that were made in another realm, as test runners have them, are never deeply equal. */
function textOf(record: LinkRecord): string {
  const fields = Object.entries(record).sort(([first], [second]) => (first < second ? -1 : 1))
  return fields.map(([name, value]) => `${name}: ${valueText(value)}`).join('\n')
}

function valueText(value: unknown): string {
  return isUint8Array(value) ? `bytes ${Buffer.from(value).toString('hex')}` : String(JSON.stringify(value))
}
