import type { EnvelopeRecord, Position } from '@millrace/contracts'
import type { Root } from '../runner/root.js'
import { Subtree } from '../runner/subtree.js'
import type { ExpectedRepeats } from './expected-repeats.js'
import type { LinkSession } from './link-session.js'

/** An envelope from another worker, and everything that comes of it here: when that is done, it is acknowledged. */
export class Arrival extends Subtree {
  readonly root: Root
  readonly edge: number
  readonly position: Position
  /** Its neighbours among the arrivals of its link that are not done. */
  previous: Arrival | undefined
  next: Arrival | undefined
  /** Where it is found if it comes again; set when its link has ended. */
  expected: ExpectedRepeats | undefined
  readonly #session: LinkSession
  readonly #ticket: number | undefined
  #repeats: { readonly session: LinkSession; readonly ticket: number }[] | undefined

  constructor(root: Root, session: LinkSession, { ticket, edge, position }: EnvelopeRecord) {
    super()
    this.root = root
    this.edge = edge
    this.position = position
    this.#session = session
    this.#ticket = ticket
    root.add()
    session.begun(this)
  }

  /** The same envelope has come again: it is acknowledged when this one is. */
  join(session: LinkSession, ticket: number): void {
    this.#repeats ??= []
    this.#repeats.push({ session, ticket })
  }

  protected override ended(): void {
    this.#session.done(this)
    this.expected?.forget(this)
    if (this.#ticket !== undefined) this.#session.acknowledge(this.#ticket)
    for (const { session, ticket } of this.#repeats ?? []) session.acknowledge(ticket)
    this.root.partDone()
  }
}
