import type { LinkRecord } from '@millrace/contracts'

/**
 * Counts the envelopes of a link that are not acknowledged yet, in both directions. It only chooses when a batch leaves, so
 * a peer that counts wrongly costs time and nothing else.
 */
export class Outstanding {
  #sent = 0
  #received = 0

  /** How many there are. While there is at most one, waiting for more to share a batch with is of no use. */
  get count(): number {
    return this.#sent + this.#received
  }

  /** This end sends a record. */
  send(record: LinkRecord): void {
    if (record.kind === 'envelope') {
      if (record.ticket !== undefined) this.#sent++
    } else if (record.kind === 'ack') this.#received = Math.max(0, this.#received - ticketsIn(record.ranges))
  }

  /** The peer has sent a record. */
  receive(record: LinkRecord): void {
    if (record.kind === 'envelope') {
      if (record.ticket !== undefined) this.#received++
    } else if (record.kind === 'ack') this.#sent = Math.max(0, this.#sent - ticketsIn(record.ranges))
  }
}

function ticketsIn(ranges: readonly (readonly [first: number, last: number])[]): number {
  let tickets = 0
  for (const [first, last] of ranges) tickets += last - first + 1
  return tickets
}
