import type { EnvelopeRecord, MillraceError } from '@millrace/contracts'
import type { Domain } from '../runner/domain.js'
import { noOwner } from '../runner/no-owner.js'
import { type HomeWay, Root, type RootCrossing } from '../runner/root.js'
import type { Arrived } from '../runner/runner.js'
import type { LinkSession } from './link-session.js'

/** A root that entered elsewhere, as far as this worker works on it: it is here while one of its envelopes is. */
export class VisitingRoot extends Root {
  // Declared only: to define a field anew that a base class has defined costs more than all else here.
  declare readonly origin: string
  declare readonly crossing: RootCrossing
  declare readonly home: HomeWay
  /** The links that its envelopes came by. */
  readonly senders: LinkSession[]
  /** A reply of it that nobody acknowledges, and where that leaves and stands; undefined as long as there is none. */
  told: unknown
  toldOn = -1
  toldWhere: Arrived | undefined
  /** Which of its senders know of the failure already. */
  #informed: 'none' | 'all' | LinkSession = 'none'

  constructor(
    { origin, root, position }: EnvelopeRecord,
    crossing: RootCrossing & HomeWay,
    session: LinkSession,
    {
      domain,
      deadline,
      trace,
    }: { domain: Domain | undefined; deadline: number | undefined; trace: string | undefined },
  ) {
    super(noOwner, domain, position[0] ?? 0, deadline, trace?.slice(3, 35))
    this.origin = origin
    this.number = root
    this.crossing = crossing
    this.home = crossing
    this.senders = [session]
    this.parts = 0
  }

  /** Whether its failure happened in this worker, or those further on have told of it. */
  get isNews(): boolean {
    return this.#informed === 'none'
  }

  /** Whether a sender has yet to hear of a failure. */
  mustTell(session: LinkSession): boolean {
    return this.#informed !== 'all' && this.#informed !== session
  }

  /** One of its envelopes has come by a link. @returns whether its sender has yet to hear of a failure */
  alsoFrom(session: LinkSession): boolean {
    if (this.senders.includes(session)) return false
    this.senders.push(session)
    return this.mustTell(session)
  }

  /** Remembers the reply that nobody acknowledges. */
  tells(edge: number, payload: unknown, where: Arrived): void {
    this.toldWhere = where
    this.toldOn = edge
    this.told = payload
  }

  /**
   * Nobody wants it any more.
   *
   * @param by who says so; the others that have sent it may be nearer to where it entered, and not know
   */
  unwanted(error: MillraceError, by: LinkSession | 'all'): void {
    this.#informed = by
    this.fail(error)
  }
}
