import {
  type CancelRecord,
  comparePositions,
  type EnvelopeRecord,
  type Link,
  MillraceError,
  type Position,
  type SlotId,
} from '@millrace/contracts'
import type { Root } from '../runner/root.js'
import type { Subtree } from '../runner/subtree.js'
import { NumberedItems } from './numbered-items.js'
import { nobodyReady } from './remote-errors.js'

/** An envelope on its way to a peer: its sender remembers it until everything that came of it is done. */
interface Sent {
  readonly ticket: number
  readonly edge: number
  readonly subtree: Subtree
  readonly position: Position
  readonly payload: unknown
}

/** What a peer needs of its worker. */
export interface PeerParts {
  /** Wall time in milliseconds since the epoch. */
  readonly now: () => number
  /** Gives a root the name that other workers know it by. @returns its origin */
  readonly name: (root: Root) => string
}

/**
 * Another slot, as the sender of envelopes sees it.
 *
 * O1  What was sent is remembered until it is acknowledged; its subtree has a part for it.
 * O2  Without a link, envelopes wait; they leave in the order of their positions when there is one. Those of a root that fails
 *     meanwhile never leave.
 * O3  What a lost link has carried and was not acknowledged fails when it is known why: nothing waits for a deadline.
 */
export class Peer {
  readonly slot: SlotId
  readonly #parts: PeerParts
  readonly #sent = new NumberedItems<Sent>()
  #link: Link | undefined
  /** What a lost link has carried; judged when it is known whether the worker died. */
  #lost: readonly Sent[] = []
  #nextTicket = 1
  #deadlines: NodeJS.Timeout | undefined

  constructor(slot: SlotId, parts: PeerParts) {
    this.slot = slot
    this.#parts = parts
  }

  /** How many envelopes are not acknowledged. */
  get load(): number {
    return this.#sent.size
  }

  get link(): Link | undefined {
    return this.#link
  }

  /** Sends a message; it becomes a part of its subtree. */
  send(edge: number, payload: unknown, subtree: Subtree, position: Position): void {
    const ticket = this.#nextTicket++
    const sent: Sent = { ticket, edge, subtree, position, payload }
    this.#sent.add(ticket, sent)
    subtree.add()
    if (this.#link !== undefined) return this.#transmit(this.#link, sent)
    this.#parts.name(subtree.root) // so that its failure comes to `cancel`
    this.#watchDeadlines()
  }

  /**
   * Sends a reply that nobody has to acknowledge: what comes after it on this link says that it has arrived. Its root's deadline
   * and trace stay here, since they are known where it goes.
   */
  tell(edge: number, payload: unknown, root: Root, position: Position): void {
    const link = this.#link
    if (link === undefined) return
    try {
      link.send({
        kind: 'envelope',
        ticket: undefined,
        edge,
        domain: undefined,
        position,
        origin: this.#parts.name(root),
        root: root.number,
        remainingMs: undefined,
        trace: undefined,
        payload,
      })
    } catch (thrown) {
      root.fail(MillraceError.from(thrown, 'HANDOFF_TRANSPORT', `a reply could not be sent to ${this.slot}`))
    }
  }

  /** Everything that came of some envelopes is done. */
  acknowledged(ranges: readonly (readonly [first: number, last: number])[]): void {
    for (const [first, last] of ranges) this.#sent.takeWithin(first, last, isDone)
  }

  /** Asks the peer to stop what it does for a root, if it may do anything; what waits for a link is given up. */
  cancel(root: Root, cancel: CancelRecord): void {
    for (const { ticket, subtree } of this.#sent.values()) {
      if (subtree.root !== root) continue
      if (this.#link !== undefined) return this.#link.send(cancel)
      this.#sent.take(ticket)
      subtree.partDone()
    }
  }

  /** There is a link: what has waited leaves. */
  opened(link: Link): void {
    clearTimeout(this.#deadlines)
    this.#deadlines = undefined
    this.#link = link
    const waiting = [...this.#sent.values()].sort((a, b) => comparePositions(a.position, b.position))
    for (const sent of waiting) this.#transmit(link, sent)
  }

  /** The link is gone. What it carried waits for the verdict. */
  linkLost(): void {
    this.#link = undefined
    this.#lost = [...this.#lost, ...this.#sent.clear()]
  }

  /** Why the link was lost: what it carried fails. */
  judge(error: MillraceError): void {
    const lost = this.#lost
    this.#lost = []
    for (const sent of lost) this.#fail(sent, error)
  }

  /** Nothing will ever be sent: everything that waits or was sent fails. */
  close(error: MillraceError): void {
    clearTimeout(this.#deadlines)
    this.#deadlines = undefined
    this.linkLost()
    this.judge(error)
  }

  /** Without a link nothing else notices that a deadline passes: the earliest is waited for, and a little less, to be the first to say so. */
  #watchDeadlines(): void {
    if (this.#deadlines !== undefined) return
    const earliest = Math.min(...this.#sent.values().map(({ subtree }) => subtree.root.deadline ?? Infinity))
    if (earliest === Number.POSITIVE_INFINITY) return
    const remaining = earliest - this.#parts.now()
    this.#deadlines = setTimeout(() => this.#deadlinePassed(), Math.max(0, remaining - Math.min(20, remaining / 10)))
  }

  #deadlinePassed(): void {
    this.#deadlines = undefined
    const soon = this.#parts.now() + 20
    for (const sent of this.#sent.values()) {
      if ((sent.subtree.root.deadline ?? Infinity) > soon) continue
      this.#sent.take(sent.ticket)
      this.#fail(sent, nobodyReady(this.slot))
    }
    this.#watchDeadlines()
  }

  #transmit(link: Link, sent: Sent): void {
    const { ticket, edge, subtree, position, payload } = sent
    try {
      link.send(this.#record(ticket, edge, subtree.root, position, payload))
    } catch (thrown) {
      this.#sent.take(ticket)
      this.#fail(sent, MillraceError.from(thrown, 'HANDOFF_TRANSPORT', `an envelope could not be sent to ${this.slot}`))
    }
  }

  #record(ticket: number, edge: number, root: Root, position: Position, payload: unknown): EnvelopeRecord {
    const { deadline, domain, knownTrace } = root
    return {
      kind: 'envelope',
      ticket,
      edge,
      domain: domain?.id,
      position,
      origin: this.#parts.name(root),
      root: root.number,
      remainingMs: deadline === undefined ? undefined : Math.max(0, deadline - this.#parts.now()),
      trace: knownTrace === undefined ? undefined : `00-${knownTrace}-${knownTrace.slice(16)}-00`,
      payload,
    }
  }

  #fail({ subtree }: Sent, error: MillraceError): void {
    subtree.root.fail(error)
    subtree.partDone()
  }
}

function isDone({ subtree }: Sent): void {
  subtree.partDone()
}
