/**
 * A connection that somebody has opened to a slot of this process, until it is a link:
 *
 *     hello ──▶ confirmation ──▶ admission ──▶ (link)
 *
 * 1. Until the confirmation, the first batch under session keys, nothing shows that the peer is alive: a hello may be a
 *    recording. So nothing of this process changes before, and the peer may send and take little.
 * 2. Records in the confirmation are kept for the link's listener. Nothing else is read before the link is listened to.
 */
import { type LinkRecord, MillraceError, type SlotId } from '@millrace/contracts'
import type { Session } from '../session.js'
import type { FrameReceiver, FrameStream } from './frame-stream.js'
import type { AcceptingHandshake } from './handshakes.js'
import type { Newcomer } from './pair-table.js'
import { type Abandonable, handshakeMs, mostUnfinished } from './unfinished.js'

/** Who decides about connections that come in. */
export interface IncomingObserver {
  /** The peer has shown that it holds the key: open or refuse it, now or later. */
  confirmed(incoming: Incoming): void
  /** It is a link now: `receiver` of the stream is to be replaced. */
  opened(session: Session, early: readonly LinkRecord[]): void
  refused(error: unknown, peer: SlotId | undefined): void
  /** Its connection is gone, or has become a link. */
  ended(incoming: Incoming): void
}

type Phase =
  | { readonly name: 'hello' }
  | { readonly name: 'confirmation'; readonly session: Session }
  | { readonly name: 'admission'; readonly session: Session; readonly early: readonly LinkRecord[] }
  | { readonly name: 'over' }

/** What an incoming connection is made of. */
export interface IncomingParts {
  readonly local: SlotId
  readonly handshake: AcceptingHandshake
  readonly stream: FrameStream
  readonly observer: IncomingObserver
}

/** The side that is dialled. */
export class Incoming implements FrameReceiver, Newcomer, Abandonable {
  readonly local: SlotId
  readonly stream: FrameStream
  readonly #handshake: AcceptingHandshake
  readonly #observer: IncomingObserver
  #phase: Phase = { name: 'hello' }

  constructor({ local, handshake, stream, observer }: IncomingParts) {
    this.local = local
    this.stream = stream
    this.#handshake = handshake
    this.#observer = observer
  }

  get peer(): SlotId {
    return this.#session?.peer.slot ?? ''
  }

  get incarnation(): number {
    return this.#session?.peer.incarnation ?? 0
  }

  frame(frame: Buffer): void {
    const phase = this.#phase
    if (phase.name === 'hello') this.#answer(frame)
    else if (phase.name === 'confirmation') this.#confirm(frame, phase.session)
    // Its dial resolves only when this side has confirmed too, so it has nothing to say yet.
    else if (phase.name === 'admission') throw handshakeFailed(`${this.peer} has sent records before its link was open`)
  }

  open(): void {
    if (this.#phase.name !== 'admission') return
    const { session, early } = this.#phase
    this.#end()
    this.stream.write(session.sealer.seal())
    this.#observer.opened(session, early)
  }

  refuse(error: MillraceError | undefined): void {
    const { peer } = this
    this.#end()
    this.stream.destroy()
    if (error !== undefined) this.#observer.refused(error, peer)
  }

  abandon(why: 'too slow' | 'too many'): void {
    this.refuse(
      handshakeFailed(
        why === 'too slow'
          ? `a connection to ${this.local} was not authenticated within ${handshakeMs} ms`
          : `${mostUnfinished} connections are not authenticated yet and another has come; this was the oldest`,
      ),
    )
  }

  refused(error: unknown): void {
    const peer = this.#session?.peer.slot
    this.#end()
    this.#observer.refused(error, peer)
  }

  finished(): void {
    this.stream.destroy()
    this.#end()
  }

  gone(): void {
    this.#end()
  }

  get #session(): Session | undefined {
    return 'session' in this.#phase ? this.#phase.session : undefined
  }

  #answer(hello: Buffer): void {
    const { welcome, session } = this.#handshake.answer(hello, this.stream.lastEmpty)
    this.#phase = { name: 'confirmation', session }
    this.stream.write(welcome)
  }

  #confirm(frame: Buffer, session: Session): void {
    const early: LinkRecord[] = []
    const kind = session.opener.open(frame, this.stream.lastEmpty, (record) => early.push(record))
    if (kind === 'bye') return this.finished()
    this.#phase = { name: 'admission', session, early }
    this.#observer.confirmed(this)
  }

  #end(): void {
    if (this.#phase.name === 'over') return
    this.#observer.ended(this)
    this.#phase = { name: 'over' }
  }
}

function handshakeFailed(what: string): MillraceError {
  return new MillraceError('SEC_HANDSHAKE_FAILED', `${what}; only workers of this run may connect`)
}
