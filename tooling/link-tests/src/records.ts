import type { AckRecord, EnvelopeRecord, LinkRecord } from '@millrace/contracts'

/** An envelope that its ticket tells from others. */
export function envelope(ticket: number, payload: unknown = { n: ticket }): EnvelopeRecord {
  return {
    kind: 'envelope',
    ticket,
    edge: 3,
    domain: 'near#1/1',
    position: [ticket, 0],
    origin: 'near#1.1:',
    root: ticket,
    remainingMs: 5000,
    trace: '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01',
    payload,
  }
}

/** Acknowledges tickets up to one. */
export function ack(last: number, first = 0): AckRecord {
  return { kind: 'ack', ranges: [[first, last]] }
}

/** The tickets of the envelopes among records. */
export function ticketsOf(records: readonly LinkRecord[]): readonly (number | undefined)[] {
  return records.flatMap((record) => (record.kind === 'envelope' ? [record.ticket] : []))
}
