import type { Link, LinkEnd, LinkListener, LinkRecord } from '@millrace/contracts'
import type { Arrival } from './arrival.js'
import type { Peer } from './peer.js'

/** So many ranges fit the smallest frame that a configuration can set, whatever their numbers are. */
const rangesInOne = 50

/** Who gets what comes over a link. */
export interface LinkHearer {
  /** Everything but acknowledgements. */
  heard(session: LinkSession, record: Exclude<LinkRecord, { kind: 'ack' }>): void
  /** Acknowledgements are to be sent at the end of this run of works. */
  flushLater(session: LinkSession): void
}

/**
 * What a link counts for: everything; only for what belongs to no domain, because the slot has moved to a newer process; or for
 * nothing, because its process is gone or it has ended.
 */
export type LinkStanding = 'current' | 'former' | 'over'

/** One link for as long as it lives: hands over what comes, and collects what is to be acknowledged. */
export class LinkSession implements LinkListener {
  readonly link: Link
  readonly peer: Peer
  standing: LinkStanding = 'current'
  /** Whether its slot has moved to a newer process while it stood. */
  superseded = false
  /** How many of its envelopes are not acknowledged. */
  open = 0
  /** Whether it has sent what no honest peer would: it is lost, and not dialled again. */
  refused = false
  readonly #hearer: LinkHearer
  readonly #ended: (end: LinkEnd) => void
  #ranges: [first: number, last: number][] = []
  /** The latest of its arrivals that are not done; each knows the one before. */
  #latest: Arrival | undefined

  constructor(link: Link, peer: Peer, hearer: LinkHearer, ended: (end: LinkEnd) => void) {
    this.link = link
    this.peer = peer
    this.#hearer = hearer
    this.#ended = ended
  }

  record(record: LinkRecord): void {
    if (record.kind === 'ack') this.peer.acknowledged(record.ranges)
    else this.#hearer.heard(this, record)
  }

  end(end: LinkEnd): void {
    this.#ended(end)
  }

  /** An envelope of it is being worked on. */
  begun(arrival: Arrival): void {
    const latest = this.#latest
    arrival.previous = latest
    if (latest !== undefined) latest.next = arrival
    this.#latest = arrival
  }

  /** It is done. */
  done(arrival: Arrival): void {
    const { previous, next } = arrival
    if (previous !== undefined) previous.next = next
    if (next !== undefined) next.previous = previous
    else this.#latest = previous
    // A done one that its neighbours' memory hangs on would keep them all.
    arrival.previous = undefined
    arrival.next = undefined
  }

  /** Its envelopes that are not done. */
  arrivals(): readonly Arrival[] {
    const arrivals: Arrival[] = []
    for (let arrival = this.#latest; arrival !== undefined; arrival = arrival.previous) arrivals.push(arrival)
    return arrivals
  }

  /** Everything that came of an envelope is done. */
  acknowledge(ticket: number): void {
    this.open--
    const last = this.#ranges.at(-1)
    if (last === undefined) this.#hearer.flushLater(this)
    if (last !== undefined && last[1] + 1 === ticket) last[1] = ticket
    else this.#ranges.push([ticket, ticket])
  }

  /** Sends what has been collected. */
  flush(): void {
    const ranges = this.#ranges
    this.#ranges = []
    if (ranges.length > rangesInOne) this.#flushInParts(ranges)
    else if (ranges.length > 0) this.link.send({ kind: 'ack', ranges })
  }

  #flushInParts(ranges: readonly [first: number, last: number][]): void {
    for (let at = 0; at < ranges.length; at += rangesInOne)
      this.link.send({ kind: 'ack', ranges: ranges.slice(at, at + rangesInOne) })
  }
}
