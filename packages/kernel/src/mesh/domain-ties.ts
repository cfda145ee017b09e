import { comparePositions, type Position } from '@millrace/contracts'
import { type Domain, type DomainTies, noMoreRoots, smaller } from '../runner/domain.js'
import type { DomainShape, Feed, Outlet } from './domain-shape.js'

/** Nothing has been said yet: anything may still come. */
const nothingSaid: Position = []

/** Nothing more can come. */
const endPosition: Position = [noMoreRoots]

/** Says that nothing below a position can come any more on one edge to one slot. */
export type SendMark = (outlet: Outlet, position: Position) => void

/** Who hears of what happens in a tied domain. */
export interface TiesHearer {
  /** Marks may have grown; said once until the next `sendMarks`. */
  dirty(ties: Ties): void
  /** A message came again to an ordered node that had taken it. */
  repeated(): void
}

/**
 * Ties one order domain to the other workers: what they have said may still come, and what they have been told.
 *
 * T1  A mark never falls and never vanishes, whatever happens to the link it came by.
 * T2  What this worker may still emit on an edge is the smallest of what it holds in front of the edge, of what may still come
 *     in front of it, and of the roots that may still enter; and nothing beyond what has failed (D6, D8).
 */
export class Ties implements DomainTies {
  readonly domain: Domain
  readonly shape: DomainShape
  readonly #received: Position[]
  readonly #sent: Position[]
  readonly #hearer: TiesHearer
  readonly #inletNumbers: ReadonlyMap<string, number>
  #isDirty = false

  constructor(domain: Domain, shape: DomainShape, hearer: TiesHearer) {
    this.domain = domain
    this.shape = shape
    this.#hearer = hearer
    this.#received = shape.inlets.map(() => nothingSaid)
    this.#sent = shape.outlets.map(() => nothingSaid)
    this.#inletNumbers = new Map(shape.inlets.map(({ edge, slot }, index) => [`${edge} ${slot}`, index]))
  }

  tied(node: number): boolean {
    return this.#feedOf(node).inlets.length > 0
  }

  mark(node: number): Position | undefined {
    return this.#leastReceived(this.#feedOf(node), undefined)
  }

  changed(): void {
    if (this.#isDirty || this.shape.outlets.length === 0) return
    this.#isDirty = true
    this.#hearer.dirty(this)
  }

  repeated(): void {
    this.#hearer.repeated()
  }

  /** A slot says that nothing below a position will come from it on an edge. */
  receive(edge: number, slot: string, position: Position): void {
    const index = this.#inletNumbers.get(`${edge} ${slot}`)
    if (index === undefined) return
    const known = this.#received[index] ?? nothingSaid
    if (comparePositions(position, known) <= 0) return
    this.#received[index] = position
    this.domain.touch()
  }

  /** Says what has changed since it was last said. */
  sendMarks(send: SendMark): void {
    this.#isDirty = false
    for (let index = 0; index < this.shape.outlets.length; index++) {
      const outlet = this.shape.outlets[index]
      const known = this.#sent[index]
      if (outlet === undefined || known === undefined || known[0] === noMoreRoots) continue
      const position = this.#markOut(outlet.feed)
      if (comparePositions(position, known) <= 0) continue
      this.#sent[index] = position
      send(outlet, position)
    }
  }

  /** Says again all that has been said, for a slot that has a new worker or a new link. */
  repeatMarks(slot: string, send: SendMark): void {
    this.shape.outlets.forEach((outlet, index) => {
      const position = this.#sent[index]
      if (position !== undefined && position.length > 0 && outlet.slots.includes(slot))
        send(outlet, this.domain.beforeFailure(position))
    })
  }

  #markOut(feed: Feed): Position {
    let least: Position | undefined = feed.entered ? [this.domain.frontier] : undefined
    for (const node of feed.nodes) least = smaller(least, this.domain.leastHeld(node))
    return this.domain.beforeFailure(this.#leastReceived(feed, least) ?? endPosition)
  }

  #leastReceived({ inlets }: Feed, than: Position | undefined): Position | undefined {
    let least = than
    for (const inlet of inlets) least = smaller(least, this.#received[inlet])
    return least
  }

  /** The node after the last stands for the end of a stream request. */
  #feedOf(node: number): Feed {
    return this.shape.feeds.get(node) ?? this.shape.end
  }
}
