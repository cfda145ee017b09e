import type { Link, LinkEnd, LinkListener, LinkRecord } from '@millrace/contracts'
import type { Peer } from './peer.js'

/** Who gets what comes over a link. */
export interface LinkHearer {
  /** Everything but acknowledgements. */
  heard(session: LinkSession, record: Exclude<LinkRecord, { kind: 'ack' }>): void
  /** Acknowledgements are to be sent at the end of this run of works. */
  flushLater(session: LinkSession): void
  ended(session: LinkSession, end: LinkEnd): void
}

/** One link for as long as it lives: hands over what comes, and collects what is to be acknowledged. */
export class LinkSession implements LinkListener {
  readonly link: Link
  readonly peer: Peer
  /** How many of its envelopes are not acknowledged. */
  open = 0
  /** Whether it has sent what no honest peer would: it is lost, and not dialled again. */
  refused = false
  readonly #hearer: LinkHearer
  #ranges: [first: number, last: number][] = []

  constructor(link: Link, peer: Peer, hearer: LinkHearer) {
    this.link = link
    this.peer = peer
    this.#hearer = hearer
  }

  record(record: LinkRecord): void {
    if (record.kind === 'ack') this.peer.acknowledged(record.ranges)
    else this.#hearer.heard(this, record)
  }

  end(end: LinkEnd): void {
    this.#hearer.ended(this, end)
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
    if (ranges.length > 0) this.link.send({ kind: 'ack', ranges })
  }
}
