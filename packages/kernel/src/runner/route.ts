import type { MessageType, Position, SpanContext } from '@millrace/contracts'
import type { NodeRun } from './node-run.js'
import type { Subtree } from './subtree.js'

/** A consumer in another worker. */
export interface RemoteTarget {
  readonly kind: 'remote'
  /**
   * Sends one message on its way; it is a part of the subtree until everything that came of it is done.
   *
   * @param cause the span that it comes of; undefined where its root is not traced
   */
  send(payload: unknown, subtree: Subtree, position: Position, cause: SpanContext | undefined): void
}

/** Where a message goes: a node in this worker, or the way to one in another. */
export type Target = NodeRun | RemoteTarget

/** Where the messages of one type that one node emits go: the routing outcome, resolved to what runs. */
export interface Route {
  readonly messageType: MessageType
  /** Index of the message type. */
  readonly type: number
  /** Index of the emitting node; -1 from outside. */
  readonly emitter: number
  /** The consumers, in declaration order. */
  readonly targets: readonly Target[]
  /** Whether a message may end at the waiter of its root. */
  readonly terminal: boolean
  /**
   * Looks at a payload before it leaves its emitter: size, and in development its schema; undefined where nothing can be wrong.
   * Returns what is delivered: the payload, or in parity a frozen copy.
   *
   * @throws MillraceError PAYLOAD_TOO_LARGE, PAYLOAD_INVALID
   */
  readonly admit: ((payload: unknown) => unknown) | undefined
}
