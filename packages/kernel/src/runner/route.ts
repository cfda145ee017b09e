import type { MessageType } from '@millrace/contracts'
import type { NodeRun } from './node-run.js'

/** Where the messages of one type that one node emits go: the routing outcome, resolved to what runs. */
export interface Route {
  readonly messageType: MessageType
  /** Index of the message type. */
  readonly type: number
  /** Consumers in this worker, in declaration order. */
  readonly targets: readonly NodeRun[]
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
