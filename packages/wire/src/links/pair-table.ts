/**
 * One connection per pair of slots.
 *
 * 1. A link stands until it has ended. Whoever comes meanwhile is refused, unless it is of a newer incarnation: then its link is
 *    the one of the pair, and the old one stands beside it until its process is gone, or has finished what it holds.
 * 2. A link that is ending is waited for: its end was heard on the other side already, which dials again.
 * 3. When both sides dial at once, the dial of the smaller slot stands. The smaller side refuses the other's, the larger
 *    side gives its own up, each as soon as it sees both; so neither can end with two links, or with none.
 */
import { MillraceError, type SlotId } from '@millrace/contracts'

/** A link that stands between two slots. */
export interface StandingLink {
  readonly isOpen: boolean
  readonly incarnation: number
  readonly ended: Promise<void>
}

/** A dial that has not become a link yet. */
export interface OngoingDial {
  /** Gives it up. */
  abandon(error: MillraceError): void
}

/** A peer that has dialled and shown that it holds the key. */
export interface Newcomer {
  readonly local: SlotId
  readonly peer: SlotId
  readonly incarnation: number
  /** There is room: make it a link, and tell the table. */
  open(): void
  /** There is no room. Undefined where nobody is to blame: both sides have dialled at once. */
  refuse(error: MillraceError | undefined): void
}

interface Pair {
  dial?: OngoingDial | undefined
  link?: StandingLink | undefined
  waiting?: Newcomer | undefined
}

/** What stands between the slots of this transport and their peers. */
export class PairTable {
  readonly #pairs = new Map<string, Pair>()

  /** The link of two slots, whether it is open or ending. */
  link(local: SlotId, peer: SlotId): StandingLink | undefined {
    return this.#pairs.get(keyOf(local, peer))?.link
  }

  /** @throws MillraceError HANDOFF_TRANSPORT when the two are linked already, or about to be */
  beginDial(local: SlotId, peer: SlotId, dial: OngoingDial, incarnation = 0): void {
    const pair = this.#pair(local, peer)
    if (pair.link !== undefined && incarnation <= pair.link.incarnation)
      throw refused(local, peer, 'they have a link already; use that one')
    if (pair.dial !== undefined) throw refused(local, peer, 'it is being dialled already; wait for that dial')
    pair.dial = dial
  }

  /** The dial has failed, or has become a link. */
  endDial(local: SlotId, peer: SlotId, dial: OngoingDial): void {
    const pair = this.#pair(local, peer)
    if (pair.dial === dial) pair.dial = undefined
    this.#tidy(local, peer, pair)
  }

  /** A link stands now. */
  open(local: SlotId, peer: SlotId, link: StandingLink): void {
    this.#pair(local, peer).link = link
  }

  /** A link has ended. */
  close(local: SlotId, peer: SlotId, link: StandingLink): void {
    const pair = this.#pair(local, peer)
    if (pair.link === link) pair.link = undefined
    // Later, so that the old link's listener hears its end before anybody hears of the new one.
    if (pair.waiting !== undefined) process.nextTick(() => this.#admitWaiting(pair))
    this.#tidy(local, peer, pair)
  }

  /** Opens, refuses or keeps waiting whoever has dialled. */
  admit(newcomer: Newcomer): void {
    const pair = this.#pair(newcomer.local, newcomer.peer)
    const { link, dial } = pair
    if (link !== undefined) this.#admitBeside(pair, link, newcomer)
    else if (dial === undefined) newcomer.open()
    else if (newcomer.local < newcomer.peer) newcomer.refuse(undefined)
    else {
      dial.abandon(
        refused(newcomer.local, newcomer.peer, 'both have dialled at once; the link that it has dialled stands'),
      )
      newcomer.open()
    }
  }

  /** The connection of a newcomer is gone, or is no newcomer's any longer. */
  withdraw(newcomer: Newcomer): void {
    const pair = this.#pairs.get(keyOf(newcomer.local, newcomer.peer))
    if (pair?.waiting !== newcomer) return
    pair.waiting = undefined
    this.#tidy(newcomer.local, newcomer.peer, pair)
  }

  #admitBeside(pair: Pair, link: StandingLink, newcomer: Newcomer): void {
    if (newcomer.incarnation > link.incarnation) {
      pair.link = undefined
      this.admit(newcomer)
    } else if (link.isOpen || newcomer.incarnation < link.incarnation || pair.waiting !== undefined)
      newcomer.refuse(alreadyLinked(newcomer))
    else pair.waiting = newcomer
  }

  #admitWaiting(pair: Pair): void {
    const { waiting } = pair
    if (waiting === undefined) return
    pair.waiting = undefined
    this.admit(waiting)
  }

  #pair(local: SlotId, peer: SlotId): Pair {
    const key = keyOf(local, peer)
    const known = this.#pairs.get(key)
    if (known !== undefined) return known
    const pair = {}
    this.#pairs.set(key, pair)
    return pair
  }

  #tidy(local: SlotId, peer: SlotId, { dial, link, waiting }: Pair): void {
    if (dial === undefined && link === undefined && waiting === undefined) this.#pairs.delete(keyOf(local, peer))
  }
}

function keyOf(local: SlotId, peer: SlotId): string {
  return JSON.stringify([local, peer])
}

function alreadyLinked({ local, peer, incarnation }: Newcomer): MillraceError {
  return new MillraceError(
    'SEC_HANDSHAKE_FAILED',
    `a second connection of ${peer} to ${local} was refused, because they have a link already and its incarnation ${incarnation} is no newer`,
    { facts: { slot: local, peer } },
  )
}

function refused(local: SlotId, peer: SlotId, why: string): MillraceError {
  return new MillraceError('HANDOFF_TRANSPORT', `slot ${local} cannot be linked to ${peer}, because ${why}`, {
    facts: { from: local, slot: peer },
  })
}
