import type { LinkRecord } from '@millrace/contracts'

/** Records as a text, which is compared much faster than large payloads are. Bytes are in hex. */
export function textOf(records: readonly LinkRecord[]): string {
  return records.map((record) => JSON.stringify(sorted(record), (_key, value: unknown) => shown(value))).join('\n')
}

function sorted(record: LinkRecord): object {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)))
}

function shown(value: unknown): unknown {
  return value instanceof Uint8Array ? `bytes ${Buffer.from(value).toString('hex')}` : value
}
