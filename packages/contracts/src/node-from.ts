import type { MessageOf, MessageType, PayloadOf } from './message.js'
import { defineNode, type NodeDefinition, type NodeLabels } from './node.js'

/** What a function needs to become a node. */
export interface NodeFromOptions<In extends MessageType, Out extends MessageType> extends NodeLabels {
  readonly in: In
  readonly out: Out
  /** @default the function's own name */
  readonly name?: string
  /** @default 16 */
  readonly concurrency?: number
}

/**
 * Makes a node of an existing function, synchronous or not: its argument is the payload, its result the emitted payload.
 *
 * @throws TypeError when neither the options nor the function carry a usable name
 */
export function nodeFrom<In extends MessageType, Out extends MessageType>(
  run: (payload: PayloadOf<In>) => PayloadOf<Out> | Promise<PayloadOf<Out>>,
  options: NodeFromOptions<In, Out>,
): NodeDefinition {
  const { in: consumes, out, name = run.name, ...labels } = options
  const emit = (payload: PayloadOf<Out>): MessageOf<Out> => out.of(payload) as MessageOf<Out> // `of` of Out makes a message of Out
  return defineNode({
    ...labels,
    name,
    consumes,
    emits: [out],
    handle: (payload) => {
      const result = run(payload)
      return isThenable(result) ? Promise.resolve(result).then(emit) : emit(result)
    },
  })
}

/** A payload never is one: JSON carries no function. Query builders are, and are no Promise. */
function isThenable<Value>(result: Value | PromiseLike<Value>): result is PromiseLike<Value> {
  return typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function'
}
