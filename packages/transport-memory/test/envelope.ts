import type { EnvelopeRecord } from '@millrace/contracts'

/** An envelope that its ticket tells from others. */
export function envelope(ticket: number, payload: unknown = { n: ticket }): EnvelopeRecord {
  return {
    kind: 'envelope',
    ticket,
    edge: 0,
    domain: undefined,
    position: [ticket],
    origin: 'a#1.1:',
    root: ticket,
    remainingMs: undefined,
    trace: undefined,
    payload,
  }
}
