import type {
  HandlerContext,
  Injections,
  Logger,
  MessageType,
  NestedRequestOptions,
  PayloadOf,
  SpanContext,
} from '@millrace/contracts'
import type { Root } from './root.js'
import type { StateSession } from './state-session.js'

/** What a nested request comes of. */
export interface NestedCaller {
  readonly root: Root
  /** The span of the handler; undefined where its root is not traced. */
  readonly span: SpanContext | undefined
}

/** Sends a nested request for a handler. */
export type RequestNested = (
  caller: NestedCaller,
  type: MessageType,
  payload: unknown,
  options: NestedRequestOptions<MessageType>,
) => Promise<unknown>

/** What the handler of a node can reach whatever message it works on. */
export interface ContextParts {
  readonly config: unknown
  /** What the node's injections resolved to. */
  readonly services: Readonly<Record<keyof Injections, unknown>>
  readonly request: RequestNested
  /** Wall time of a time by the worker's clock, in milliseconds since the epoch. */
  readonly wallTime: (ms: number) => number
  log(root: Root): Logger
}

/** One call of a handler: the context it was given and the message that this is about. */
export interface Invocation {
  root: Root
  messageType: MessageType
  /** Of the call; undefined where the root is not traced. */
  span: SpanContext | undefined
  readonly context: HandlerContext
  readonly state: StateSession | undefined
}

/**
 * Makes the invocations of one node. The context of a synchronous call is used again for the next message: it belongs to the
 * message at hand. A handler that goes on working (a promise, an iterable) keeps its invocation, and the node makes a new one.
 */
export function invocationFactory(
  parts: ContextParts,
  idle: { readonly root: Root; readonly messageType: MessageType },
  newState: () => StateSession | undefined,
): () => Invocation {
  class NodeContext implements HandlerContext {
    declare readonly config: unknown
    readonly #invocation: Invocation
    constructor(invocation: Invocation) {
      this.#invocation = invocation
    }
    get state(): unknown {
      return this.#invocation.state?.views ?? noState
    }
    get signal(): AbortSignal {
      return this.#invocation.root.signal
    }
    get deadline(): number | undefined {
      const { deadline } = this.#invocation.root
      return deadline === undefined ? undefined : parts.wallTime(deadline)
    }
    get traceId(): string {
      return this.#invocation.root.traceId
    }
    get type(): string {
      return this.#invocation.messageType.name
    }
    get log(): Logger {
      return parts.log(this.#invocation.root)
    }
    get request(): HandlerContext['request'] {
      const { root, span } = this.#invocation
      return <Type extends MessageType, Expect extends MessageType>(
        type: Type,
        payload: PayloadOf<Type>,
        options: NestedRequestOptions<Expect>,
      ) => parts.request({ root, span }, type, payload, options) as Promise<PayloadOf<Expect>> // a reply is of the expected type
    }
  }
  Object.assign(NodeContext.prototype, { config: parts.config }, parts.services)

  return () => {
    const invocation: { -readonly [Key in keyof Invocation]: Invocation[Key] } = {
      root: idle.root,
      messageType: idle.messageType,
      span: undefined,
      context: unset,
      state: newState(),
    }
    invocation.context = new NodeContext(invocation)
    return invocation
  }
}

const noState: Readonly<Record<string, never>> = Object.freeze({})
const unset = {} as HandlerContext // replaced before the invocation leaves the factory
