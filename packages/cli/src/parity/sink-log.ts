import { createHash } from 'node:crypto'

/** One message as a sink received it. */
export interface Received {
  /** W3C trace id of its root. */
  readonly trace: string
  /** Type and payload as canonical JSON. */
  readonly json: string
}

/** What one sink received in one run, in short. */
export interface SinkTally {
  readonly sink: string
  readonly messages: number
  /** Of all messages, each a line, in hex. */
  readonly sha256: string
}

/** Counts and hashes what one sink receives. */
export interface Tallying {
  add(received: Received): void
  tally(): SinkTally
}

/** Begins to count what a sink receives. */
export function createTallying(sink: string): Tallying {
  const hash = createHash('sha256')
  let messages = 0
  return {
    add({ json }) {
      messages++
      hash.update(json).update('\n')
    },
    tally: () => ({ sink, messages, sha256: hash.copy().digest('hex') }),
  }
}
