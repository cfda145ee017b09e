import type { EventEmitter } from '@millrace/contracts'
import { createReplyWaiters } from '@millrace/reply-waiter'
import type { GivenUpCounters } from '../runtime/given-up.js'
import type { RuntimeCounters } from '../runtime/runtime.js'

/** What workers have counted, beside what the process that supervises them has. */
export class WorkerCounters {
  #givenUp: GivenUpCounters = { dropped: 0, deadLettered: 0, unclaimed: 0 }
  #redelivered = 0
  #repeats = 0

  constructor(events: EventEmitter) {
    // Every process says so when it happens, also one that is gone when it is asked for its counters.
    events.subscribe(({ name, facts }) => {
      if (name === 'redelivery.sent') this.#redelivered += Number(facts.count)
    })
  }

  /** A worker has come to its end with these. */
  add({ givenUp, delivery }: RuntimeCounters): void {
    this.#givenUp = sumOf(this.#givenUp, givenUp)
    this.#repeats += delivery.repeats
  }

  /** All together. @param own of the supervising process; undefined where it takes no part in the work */
  with(own: RuntimeCounters | undefined): RuntimeCounters {
    return {
      inFlight: own?.inFlight ?? 0,
      replies: own?.replies ?? createReplyWaiters().counters(),
      givenUp: own === undefined ? this.#givenUp : sumOf(this.#givenUp, own.givenUp),
      delivery: { redelivered: this.#redelivered, repeats: this.#repeats + (own?.delivery.repeats ?? 0) },
    }
  }
}

function sumOf(one: GivenUpCounters, other: GivenUpCounters): GivenUpCounters {
  return {
    dropped: one.dropped + other.dropped,
    deadLettered: one.deadLettered + other.deadLettered,
    unclaimed: one.unclaimed + other.unclaimed,
  }
}
