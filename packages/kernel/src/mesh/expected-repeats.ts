import type { EnvelopeRecord, Position } from '@millrace/contracts'
import type { Arrival } from './arrival.js'
import type { LinkSession } from './link-session.js'

/**
 * Envelopes whose link ended while they were being worked on: who sent them, or its replacement, may send them again. Each such
 * repeat joins the first copy and is acknowledged with it, so that nothing is worked on twice at the same time.
 *
 * X1  A worker that works on something passes on no repeat of it. So the first copy of whatever comes again is done, with
 *     everything that came of it, or it came by a link that has ended, and is here. Only what a ledger has kept may be sent beside
 *     what is made anew; of these an ordered node takes one.
 */
export class ExpectedRepeats {
  readonly #first = new Map<string, Arrival>()
  #joined = 0

  /** How many repeats have joined a first copy. */
  get joined(): number {
    return this.#joined
  }

  /** The link that these came by has ended. */
  expect(arrivals: readonly Arrival[]): void {
    for (const arrival of arrivals) {
      if (arrival.expected !== undefined) continue
      arrival.expected = this
      this.#first.set(keyOf(arrival), arrival)
    }
  }

  /** The envelope that this one is a repeat of, if that is not done; the repeat is acknowledged with it. */
  join(session: LinkSession, envelope: EnvelopeRecord): Arrival | undefined {
    if (this.#first.size === 0) return undefined
    const { ticket, edge, position, origin, root: number } = envelope
    const first = this.#first.get(keyOf({ edge, position, root: { origin, number } }))
    if (first === undefined) return undefined
    this.#joined++
    if (ticket !== undefined) first.join(session, ticket)
    return first
  }

  /** It is done: what comes again from now on has a done first copy. */
  forget(arrival: Arrival): void {
    this.#first.delete(keyOf(arrival))
  }
}

interface Named {
  readonly edge: number
  readonly position: Position
  readonly root: { readonly origin: string | undefined; readonly number: number }
}

function keyOf({ edge, position, root: { origin, number } }: Named): string {
  return `${origin}${number} ${edge} ${position.join()}`
}
