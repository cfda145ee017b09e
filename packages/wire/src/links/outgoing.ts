/**
 * A connection that a slot of this process opens to another, until it is a link:
 *
 *     connecting ──▶ welcome ──▶ confirmation ──▶ (link)
 *
 * The first batch, which is empty, leaves as soon as the welcome is verified; the link is open when the first batch of the
 * peer has been verified too. The peer answers at once, so no side waits for the other to have something to say.
 */
import { type LinkRecord, MillraceError, type SlotId } from '@millrace/contracts'
import type { Session } from '../session.js'
import type { FrameReceiver, FrameStream } from './frame-stream.js'
import type { DiallingHandshake } from './handshakes.js'
import type { OngoingDial } from './pair-table.js'

/** Who hears what becomes of a dial. */
export interface OutgoingObserver {
  /** Both have confirmed; `receiver` of the stream is to be replaced. */
  opened(session: Session, early: readonly LinkRecord[]): void
  refused(error: unknown): void
  /** It has failed, and its stream is destroyed. */
  failed(error: MillraceError): void
}

type Phase =
  | { readonly name: 'welcome' }
  | { readonly name: 'confirmation'; readonly session: Session }
  | { readonly name: 'over' }

/** What a dial is made of. */
export interface OutgoingParts {
  readonly from: SlotId
  readonly to: SlotId
  readonly handshake: DiallingHandshake
  readonly stream: FrameStream
  readonly observer: OutgoingObserver
}

/** The side that dials. */
export class Outgoing implements FrameReceiver, OngoingDial {
  readonly #parts: OutgoingParts
  #phase: Phase = { name: 'welcome' }

  constructor(parts: OutgoingParts) {
    this.#parts = parts
  }

  /** Says hello; it waits in the stream until that is connected. */
  begin(): void {
    this.#parts.stream.receiver = this
    this.#parts.stream.write(this.#parts.handshake.hello)
  }

  frame(frame: Buffer): void {
    if (this.#phase.name === 'welcome') this.#finish(frame)
    else if (this.#phase.name === 'confirmation') this.#confirm(frame, this.#phase.session)
  }

  abandon(error: MillraceError): void {
    if (this.#phase.name === 'over') return
    this.#phase = { name: 'over' }
    this.#parts.stream.destroy()
    this.#parts.observer.failed(error)
  }

  refused(error: unknown): void {
    const { from, to, observer } = this.#parts
    observer.refused(error)
    this.abandon(
      new MillraceError(
        'SEC_HANDSHAKE_FAILED',
        `slot ${from} could not agree with ${to} on a session, because what answered was refused; the cause says why`,
        { facts: { from, slot: to }, cause: error },
      ),
    )
  }

  finished(): void {
    this.gone()
  }

  gone(): void {
    const { from, to } = this.#parts
    this.abandon(
      new MillraceError(
        'HANDOFF_TRANSPORT',
        `slot ${from} cannot be linked to ${to}, because nobody listens there or it closed the connection during the handshake; its own events say why`,
        { facts: { from, slot: to } },
      ),
    )
  }

  #finish(welcome: Buffer): void {
    const { handshake, stream } = this.#parts
    const session = handshake.finish(welcome, stream.lastEmpty)
    this.#phase = { name: 'confirmation', session }
    stream.write(session.sealer.seal())
  }

  #confirm(frame: Buffer, session: Session): void {
    const early: LinkRecord[] = []
    const kind = session.opener.open(frame, this.#parts.stream.lastEmpty, (record) => early.push(record))
    if (kind === 'bye') return this.gone()
    this.#phase = { name: 'over' }
    this.#parts.observer.opened(session, early)
  }
}
