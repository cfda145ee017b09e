import type { MessageType, PayloadOf } from './message.js'
import type { Facts } from './millrace-error.js'

/** Writes log lines that carry node and trace id by themselves. Facts are redacted before they leave. */
export interface Logger {
  debug(message: string, facts?: Facts): void
  info(message: string, facts?: Facts): void
  warn(message: string, facts?: Facts): void
  error(message: string, facts?: Facts): void
}

/** How a nested request ends. */
export interface NestedRequestOptions<Expect extends MessageType> {
  /** The type of the reply. */
  readonly expect: Expect
  /** The longest wait, in milliseconds; never longer than what remains of the caller's own deadline. */
  readonly timeoutMs?: number
}

/**
 * What every handler gets beside the payload. It belongs to the message at hand and is void when the handler has ended:
 * take what you need out of it before you hand work to a timer.
 */
export interface HandlerContext<Config = unknown, State = unknown> {
  /** The node's slice of the configuration, validated by its own schema. */
  readonly config: Config
  /** The entries that the message's keys name. */
  readonly state: State
  /** Aborts when the root is cancelled, its deadline has passed, or the runtime stops; `reason` is a MillraceError. */
  readonly signal: AbortSignal
  /** When the root must be done, in milliseconds since the epoch; undefined without a deadline. */
  readonly deadline: number | undefined
  /** W3C trace id of the root, 32 hex digits. */
  readonly traceId: string
  /** Name of the message type at hand, for nodes that consume several. */
  readonly type: string
  readonly log: Logger
  /**
   * Sends a nested request: a child root with the remaining deadline, cancelled with its parent.
   *
   * @throws MillraceError as `Runtime.request` does
   */
  request<Type extends MessageType, Expect extends MessageType>(
    type: Type,
    payload: PayloadOf<Type>,
    options: NestedRequestOptions<Expect>,
  ): Promise<PayloadOf<Expect>>
}
