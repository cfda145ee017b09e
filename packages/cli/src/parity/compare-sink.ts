import { createTallying, type Received, type SinkTally } from './sink-log.js'

/** The first message that a sink did not receive as it did in the reference run. */
export interface Difference {
  readonly sink: string
  /** Its number among the messages of the sink, from 1. */
  readonly message: number
  /** Undefined where the reference run had no more messages. */
  readonly expected: Received | undefined
  /** Undefined where this run had no more messages. */
  readonly actual: Received | undefined
}

/** Holds what a sink receives against what it received in the reference run, message by message. */
export interface SinkComparison {
  add(received: Received): void
  /** All has been received. */
  end(): { readonly tally: SinkTally; readonly difference: Difference | undefined }
}

/**
 * Begins to compare.
 *
 * @param expect reads what the sink received in the reference run
 */
export function compareSink(sink: string, expect: () => Received | undefined): SinkComparison {
  const tallying = createTallying(sink)
  let difference: Difference | undefined
  let message = 0
  const meet = (actual: Received | undefined): void => {
    message++
    const expected = expect()
    if (expected?.json !== actual?.json) difference = { sink, message, expected, actual }
  }
  return {
    add(received) {
      tallying.add(received)
      if (difference === undefined) meet(received)
    },
    end() {
      if (difference === undefined) meet(undefined)
      return { tally: tallying.tally(), difference }
    },
  }
}
