import {
  type CancelRecord,
  type EnvelopeRecord,
  type Link,
  MillraceError,
  type SlotId,
  writeTraceparent,
} from '@millrace/contracts'
import type { Durations } from '../metrics/durations.js'
import type { Root } from '../runner/root.js'
import type { Arrived } from '../runner/runner.js'
import type { Subtree } from '../runner/subtree.js'
import type { BeginHop } from './hop-telemetry.js'
import { NumberedItems } from './numbered-items.js'
import { linkLost, nobodyReady, workerGone } from './remote-errors.js'
import { enteredAt, incarnationOf, originOf } from './root-origin.js'
import type { Outbox, Sent } from './sent.js'
import { WaitingEnvelopes } from './waiting-envelopes.js'

/** What a peer needs of its worker. */
export interface PeerParts {
  /** Monotonic, in milliseconds. */
  readonly clock: () => number
  /** Begins the span of a sending; undefined where nothing is traced. */
  readonly hop: BeginHop | undefined
  /** How long it took, each time, until all that came of an envelope was done. */
  readonly durations: Durations
  /** Gives a root the name that other workers know it by. @returns its origin */
  readonly name: (root: Root) => string
  /** Whether a root entered in this process. */
  readonly beganHere: (root: Root) => boolean
  /** How often an envelope is sent again when the worker in the slot has died, or the link to it is lost. */
  readonly redeliver: number
  /** Takes an envelope that has been sent as often as it may be; false where its root has to fail. */
  readonly giveUp: (sent: Sent, error: MillraceError) => boolean
  /** Keeps a message for a later process, until it is done; undefined where nothing outlives this one. */
  readonly outbox: Outbox | undefined
  /** Envelopes have been sent again. */
  readonly sentAgain: (slot: SlotId, count: number) => void
}

/** Stands for the incarnation of a process that has not said its own. */
const unknown = Number.POSITIVE_INFINITY

/**
 * Another slot, as the sender of envelopes sees it.
 *
 * O1  What was sent is remembered until it is acknowledged; its subtree has a part for it.
 * O2  Without a link, envelopes wait; they leave in the order of their positions when there is one, before anything that is new.
 *     Those of a root that fails meanwhile never leave.
 * O3  What a lost link has carried and was not acknowledged waits to be sent again, as often as the slot's group allows. What
 *     has been sent too often fails when it is known why: nothing waits for a deadline.
 * O4  A number belongs to one sending on one link. An acknowledgement that comes by a link which has been given up finds nothing.
 * O5  A slot moves when a link to a newer process is opened while the old link stands: what belongs to a domain is sent again
 *     at once over the new link, for the marks of the slot are from now on the new process's affair. Single requests stay where
 *     they are, and are acknowledged over the old link as long as it stands.
 * O6  What began in the old process stays with it: replies, marks and messages of its roots go over the old link as long as that
 *     stands. When it is lost they fail; what still comes after that the new process refuses.
 */
export class Peer {
  readonly slot: SlotId
  readonly #parts: PeerParts
  readonly #sent = new NumberedItems<Sent>()
  /** What has to leave as soon as there is a link. */
  readonly #waiting: WaitingEnvelopes
  /** What has been sent as often as it may be; judged when it is known whether the worker died. */
  #lost: readonly Sent[] = []
  #link: Link | undefined
  /** The links of older processes that still stand, by incarnation. */
  readonly #former = new Map<number, Link>()
  #nextTicket = 1
  /** Why nobody will come into the slot any more. */
  #abandoned: MillraceError | undefined
  /** Why this process gets no link any more, although others do. */
  #stranded: MillraceError | undefined
  /** When the acknowledgements at hand came. */
  #acknowledgedAt = 0
  #leaving: { readonly incarnation: number; readonly resolve: () => void }[] = []

  constructor(slot: SlotId, parts: PeerParts) {
    this.slot = slot
    this.#parts = parts
    this.#waiting = new WaitingEnvelopes(parts.clock, (sent) => this.#fail(sent, nobodyReady(slot)))
  }

  /** How many envelopes are not acknowledged. */
  get load(): number {
    return this.#sent.size + this.#waiting.size + this.#lost.length
  }

  /** The way to the process in the slot that a root or a domain has to do with. @param name of its origin, or its own */
  linkFor(name: string | undefined): Link | undefined {
    if (this.#former.size === 0 || name === undefined || originOf(name) !== this.slot) return this.#link
    return this.#former.get(incarnationOf(name)) ?? this.#link
  }

  /** Whether what is sent leaves at once. */
  get ready(): boolean {
    return this.#link !== undefined
  }

  /** Sends a message; it becomes a part of its subtree. */
  send(edge: number, payload: unknown, subtree: Subtree, { position, cause }: Arrived): void {
    const since = this.#parts.clock()
    const { root } = subtree
    const { outbox } = this.#parts
    if (outbox !== undefined) this.#parts.name(root)
    const sent: Sent = {
      edge,
      subtree,
      position,
      payload,
      cause,
      kept: outbox?.keep(this.slot, edge, { payload, root, position }),
      since,
      span: undefined,
      link: undefined,
      ticket: 0,
      times: 0,
    }
    subtree.add()
    const link = this.linkFor(root.origin)
    if (link !== undefined) return this.#transmit(link, sent, since)
    this.#parts.name(root) // so that its failure comes to `cancel`
    this.#wait(sent)
  }

  /**
   * Sends a reply that nobody has to acknowledge: what comes after it on this link says that it has arrived. Its root's deadline
   * stays here, since it is known where it goes.
   */
  tell(
    edge: number,
    payload: unknown,
    root: Root,
    { position, cause }: Arrived,
    link: Link | undefined = this.linkFor(root.origin),
  ): void {
    if (link === undefined) return
    const span = cause && this.#parts.hop?.(edge, cause, undefined)
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
        trace: span && writeTraceparent(span, true),
        payload,
      })
      span?.end()
    } catch (thrown) {
      const error = MillraceError.from(thrown, 'HANDOFF_TRANSPORT', `a reply could not be sent to ${this.slot}`)
      span?.end(error)
      root.fail(error)
    }
  }

  /** Everything that came of some envelopes is done. */
  acknowledged(ranges: readonly (readonly [first: number, last: number])[]): void {
    this.#acknowledgedAt = this.#parts.clock()
    for (const [first, last] of ranges) this.#sent.takeWithin(first, last, this.#isDone)
    if (this.#leaving.length > 0) this.#checkLeft()
  }

  /** Resolves when the slot has moved on from a process, and nothing that this one has sent to that process is left. */
  left(incarnation: number): Promise<void> {
    return new Promise((resolve) => {
      this.#leaving.push({ incarnation, resolve })
      this.#checkLeft()
    })
  }

  /** Whether some of a root is there. */
  has(root: Root): boolean {
    return this.#linksTo(root).size > 0
  }

  /** Asks the peer to stop what it does for a root. @returns whether it may do anything */
  stop(root: Root, cancel: CancelRecord): boolean {
    const links = this.#linksTo(root)
    for (const link of links) link.send(cancel)
    return links.size > 0
  }

  /** As {@link stop}; what waits for a link is given up. */
  cancel(root: Root, cancel: CancelRecord): void {
    this.stop(root, cancel)
    for (const sent of this.#waiting.takeOf(root)) this.#end(sent)
  }

  /** There is a link: what has waited leaves, and where a link to an older process stands, the slot moves. */
  opened(link: Link): void {
    const former = this.#link
    this.#link = link
    this.#stranded = undefined
    if (former !== undefined) this.#follow(former)
    this.#sendWaiting(link)
    this.#checkLeft()
  }

  /** A link is gone. What it carried is sent again, or waits for the verdict. */
  linkLost(link: Link): void {
    const isFormer = this.#former.delete(link.incarnation ?? unknown)
    if (this.#link === link) this.#link = undefined
    const carried = this.#sent.values().filter((sent) => sent.link === link)
    for (const sent of carried) {
      this.#sent.take(sent.ticket)
      sent.span?.end(linkLost(this.slot))
      if (isFormer && this.#beganAt(link, sent)) sent.subtree.root.fail(workerGone(this.slot))
    }
    this.#lost = [...this.#lost, ...carried.filter((sent) => !this.#mayRepeat(sent))]
    for (const sent of carried) if (this.#mayRepeat(sent)) this.#wait(sent)
    if (this.#link !== undefined) this.#sendWaiting(this.#link)
    this.#checkLeft()
  }

  /** Why a link was lost: what it carried and must not be sent again fails. */
  judge(link: Link, error: MillraceError): void {
    const lost = this.#lost.filter((sent) => sent.link === link)
    this.#lost = this.#lost.filter((sent) => sent.link !== link)
    for (const sent of lost)
      if (sent.subtree.root.failure === undefined && this.#parts.giveUp(sent, error)) this.#end(sent)
      else this.#fail(sent, error)
  }

  /** Nobody will come into the slot any more: what waits for a link fails, now and later. */
  abandon(error: MillraceError): void {
    this.#abandoned = error
    if (this.#link === undefined) this.close(error)
  }

  /** There will be no link any more, as this process retires: what is not done elsewhere as well fails, now and later. */
  strand(error: MillraceError): void {
    this.#stranded = error
    for (const { subtree } of [...this.#waiting.values(), ...this.#lost])
      if (this.#isOnlyHere(subtree.root)) subtree.root.fail(error)
  }

  /** Nothing will ever be sent: everything that waits or was sent fails. */
  close(error: MillraceError): void {
    this.#link = undefined
    const left = [...this.#lost, ...this.#sent.clear(), ...this.#waiting.take()]
    this.#lost = []
    for (const sent of left) this.#fail(sent, error)
  }

  /** The links that have carried something of a root that is not done. */
  #linksTo(root: Root): ReadonlySet<Link> {
    const links = new Set<Link>()
    this.#sent.each(({ subtree, link }) => {
      if (subtree.root === root && link !== undefined) links.add(link)
    })
    return links
  }

  readonly #isDone = (sent: Sent): void => {
    this.#parts.durations.add(this.#acknowledgedAt - sent.since)
    sent.span?.end(sent.subtree.root.failure)
    this.#end(sent)
  }

  #end({ kept, subtree }: Sent): void {
    if (kept !== undefined) this.#parts.outbox?.done(kept, subtree.root)
    subtree.partDone()
  }

  #checkLeft(): void {
    const current = this.#link?.incarnation ?? 0
    this.#leaving = this.#leaving.filter(({ incarnation, resolve }) => {
      const isLeft =
        current > incarnation && !this.#sent.values().some(({ link }) => (link?.incarnation ?? 0) <= incarnation)
      if (isLeft) resolve()
      return !isLeft
    })
  }

  /** Whether a message belongs to a root of the process that a link leads to. */
  #beganAt({ incarnation }: Link, { subtree }: Sent): boolean {
    const { origin } = subtree.root
    return origin !== undefined && enteredAt(origin, this.slot, incarnation)
  }

  #mayRepeat({ subtree, times }: Sent): boolean {
    return subtree.root.failure === undefined && times <= this.#parts.redeliver
  }

  /** Whether no newer process of this slot has a root too: one that began here, or a single request (O5). */
  #isOnlyHere(root: Root): boolean {
    return root.domain === undefined || this.#parts.beganHere(root)
  }

  #wait(sent: Sent): void {
    if (this.#abandoned !== undefined) return this.#fail(sent, this.#abandoned)
    if (this.#stranded !== undefined && this.#isOnlyHere(sent.subtree.root)) return this.#fail(sent, this.#stranded)
    sent.link = undefined
    this.#waiting.add(sent)
  }

  /** What belongs to a domain leaves the old process for the new one; being moved is no repeat that a crash has made. */
  #follow(former: Link): void {
    this.#former.set(former.incarnation ?? unknown, former)
    for (const sent of this.#sent.values()) {
      const { link = former } = sent
      if (sent.subtree.root.domain === undefined || this.#beganAt(link, sent)) continue
      this.#sent.take(sent.ticket)
      sent.span?.end()
      sent.times--
      this.#waiting.add(sent)
    }
  }

  #sendWaiting(link: Link): void {
    const now = this.#parts.clock()
    let repeats = 0
    for (const sent of this.#waiting.take()) {
      if (sent.subtree.root.failure !== undefined) {
        this.#end(sent)
        continue
      }
      if (sent.times > 0) repeats++
      this.#transmit(this.linkFor(sent.subtree.root.origin) ?? link, sent, now)
    }
    if (repeats > 0) this.#parts.sentAgain(this.slot, repeats)
  }

  /** @param now by the clock of the worker */
  #transmit(link: Link, sent: Sent, now: number): void {
    const ticket = this.#nextTicket++
    sent.link = link
    sent.ticket = ticket
    sent.times++
    this.#sent.add(ticket, sent)
    if (sent.cause !== undefined) sent.span = this.#parts.hop?.(sent.edge, sent.cause, sent.span)
    try {
      link.send(this.#record(sent, now))
    } catch (thrown) {
      this.#sent.take(ticket)
      const error = MillraceError.from(thrown, 'HANDOFF_TRANSPORT', `an envelope could not be sent to ${this.slot}`)
      sent.span?.end(error)
      sent.subtree.root.failAt(sent.position, error)
      this.#end(sent)
    }
  }

  #record({ ticket, edge, subtree: { root }, position, payload, span }: Sent, now: number): EnvelopeRecord {
    const { deadline, domain, knownTrace } = root
    return {
      kind: 'envelope',
      ticket,
      edge,
      domain: domain?.id,
      position,
      origin: this.#parts.name(root),
      root: root.number,
      remainingMs: deadline === undefined ? undefined : Math.max(0, deadline - now),
      trace: span === undefined ? unrecorded(knownTrace) : writeTraceparent(span, true),
      payload,
    }
  }

  #fail(sent: Sent, error: MillraceError): void {
    sent.span?.end(error)
    sent.subtree.root.fail(error)
    this.#end(sent)
  }
}

/** The trace that somebody has given a root or asked for, though nobody records it. */
function unrecorded(traceId: string | undefined): string | undefined {
  return traceId && writeTraceparent({ traceId, spanId: traceId.slice(16) }, false)
}
