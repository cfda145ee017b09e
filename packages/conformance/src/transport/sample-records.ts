import type { AckRecord, EnvelopeRecord, FailRecord } from '@millrace/contracts'

/** An envelope that its ticket tells from others. */
export function envelope(ticket: number, payload: unknown = { n: ticket }): EnvelopeRecord {
  return {
    kind: 'envelope',
    ticket,
    edge: 0,
    domain: 'near#1/1',
    position: [ticket],
    origin: 'near#1.1:',
    root: ticket,
    remainingMs: 5000,
    trace: undefined,
    payload,
  }
}

/** So many envelopes, with growing tickets. */
export function envelopes(count: number, first = 0): readonly EnvelopeRecord[] {
  return Array.from({ length: count }, (_, index) => envelope(first + index))
}

/** The acknowledgement of tickets up to one. */
export function ack(last: number): AckRecord {
  return { kind: 'ack', ranges: [[0, last]] }
}

/** A failed root. */
export function fail(root: number): FailRecord {
  const facts = { node: 'price', attempts: 2 }
  return { kind: 'fail', origin: 'near#1.1:', root, code: 'NODE_FAILED', position: [root, 0], facts }
}
