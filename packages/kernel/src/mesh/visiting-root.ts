import type { EnvelopeRecord, MillraceError } from '@millrace/contracts'
import type { Domain } from '../runner/domain.js'
import { noOwner } from '../runner/no-owner.js'
import { type HomeWay, Root, type RootCrossing } from '../runner/root.js'
import type { LinkSession } from './link-session.js'

/** A root that entered elsewhere, as far as this worker works on it: it is here while one of its envelopes is. */
export class VisitingRoot extends Root {
  // Declared only: to define a field anew that a base class has defined costs more than all else here.
  declare readonly origin: string
  declare readonly crossing: RootCrossing
  declare readonly home: HomeWay
  /** The links that its envelopes came by. */
  readonly senders: LinkSession[]
  /** Whether its senders know of the failure already. */
  sendersKnow = false

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

  /** One of its envelopes has come by a link. @returns whether its sender has yet to hear of a failure */
  alsoFrom(session: LinkSession): boolean {
    if (this.senders.includes(session)) return false
    this.senders.push(session)
    return !this.sendersKnow
  }

  /** Those who sent it have said that it failed, or that nobody wants it. */
  failedElsewhere(error: MillraceError): void {
    this.sendersKnow = true
    this.fail(error)
  }
}
