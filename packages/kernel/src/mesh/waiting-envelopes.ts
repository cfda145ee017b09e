import { comparePositions } from '@millrace/contracts'
import type { Root } from '../runner/root.js'
import type { Sent } from './sent.js'

/** The time of what is never given up. */
const never = Number.POSITIVE_INFINITY

/** How long before a deadline its envelope is given up, to be the first to say why, in milliseconds; a tenth where that is less. */
const earlyMs = 200

/** An envelope, and when it is given up. */
interface Waiting {
  readonly sent: Sent
  readonly until: number
}

/** Envelopes that wait for a link to their slot. Without one nothing else notices that a deadline passes. */
export class WaitingEnvelopes {
  readonly #clock: () => number
  readonly #late: (sent: Sent) => void
  #waiting: Waiting[] = []
  #timer: NodeJS.Timeout | undefined
  /** When the first of them is given up. */
  #earliest = never

  /**
   * @param clock monotonic, in milliseconds
   * @param late gets what has waited almost until its deadline
   */
  constructor(clock: () => number, late: (sent: Sent) => void) {
    this.#clock = clock
    this.#late = late
  }

  /** How many there are. */
  get size(): number {
    return this.#waiting.length
  }

  add(sent: Sent): void {
    const waiting = { sent, until: this.#lastMoment(sent) }
    this.#waiting.push(waiting)
    this.#watch(waiting)
  }

  values(): readonly Sent[] {
    return this.#waiting.map(({ sent }) => sent)
  }

  /** Takes all of them out. @returns them in the order of their positions */
  take(): readonly Sent[] {
    this.#forgetTimes()
    const waiting = this.values()
    this.#waiting = []
    return waiting.toSorted((a, b) => comparePositions(a.position, b.position))
  }

  /** Takes out those of one root. */
  takeOf(root: Root): readonly Sent[] {
    return this.#takeThose(({ sent }) => sent.subtree.root === root)
  }

  /** A little before the deadline; it depends on nothing but the envelope itself, whatever else waits. */
  #lastMoment({ subtree }: Sent): number {
    const { deadline } = subtree.root
    if (deadline === undefined) return never
    return deadline - Math.min(earlyMs, Math.max(0, deadline - this.#clock()) / 10)
  }

  #takeThose(isMeant: (waiting: Waiting) => boolean): readonly Sent[] {
    if (this.#waiting.length === 0) return []
    const waiting = this.#waiting
    this.#waiting = waiting.filter((one) => !isMeant(one))
    if (this.#waiting.length === 0) this.#forgetTimes()
    return waiting.filter(isMeant).map(({ sent }) => sent)
  }

  #watch({ until }: Waiting): void {
    if (until >= this.#earliest) return
    clearTimeout(this.#timer)
    this.#earliest = until
    this.#timer = setTimeout(() => this.#tooLate(), Math.max(0, until - this.#clock()))
  }

  #tooLate(): void {
    const now = Math.max(this.#earliest, this.#clock()) // a timer may be a little early
    this.#forgetTimes()
    const late = this.#takeThose(({ until }) => until <= now)
    for (const waiting of this.#waiting) this.#watch(waiting)
    for (const sent of late) this.#late(sent)
  }

  #forgetTimes(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#earliest = never
  }
}
