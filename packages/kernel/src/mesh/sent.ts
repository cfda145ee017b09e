import type { Link, Position, SlotId, Span, SpanContext } from '@millrace/contracts'
import type { Kept } from '../runner/journal.js'
import type { Root } from '../runner/root.js'
import type { Subtree } from '../runner/subtree.js'

/** An envelope on its way to a peer: its sender remembers it until everything that came of it is done. */
export interface Sent {
  readonly edge: number
  readonly subtree: Subtree
  readonly position: Position
  readonly payload: unknown
  /** The span that it comes of; undefined where its root is not traced. */
  readonly cause: SpanContext | undefined
  /** Where it is kept for a later process; undefined where that is not needed. */
  readonly kept: Kept | undefined
  /** Of its latest sending. */
  span: Span | undefined
  /** When it was sent first, by the clock of the worker. */
  readonly since: number
  /** The link that carries it, and its number there; none while it waits. */
  link: Link | undefined
  ticket: number
  /** How often it has left. */
  times: number
}

/** Keeps what is on its way. */
export interface Outbox {
  /** @returns undefined for what need not be kept */
  keep(
    slot: SlotId,
    edge: number,
    message: { readonly payload: unknown; readonly root: Root; readonly position: Position },
  ): Kept | undefined
  /** Everything that came of it is done, or its root has failed. */
  done(kept: Kept, root: Root): void
}
