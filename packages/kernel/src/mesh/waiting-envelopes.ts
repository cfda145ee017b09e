import { comparePositions } from '@millrace/contracts'
import type { Root } from '../runner/root.js'
import type { Sent } from './sent.js'

/** The deadline of nothing. */
const never = Number.POSITIVE_INFINITY

/** How long before a deadline its envelope is given up, to be the first to say why, in milliseconds; a tenth where that is less. */
const earlyMs = 200

/** Envelopes that wait for a link to their slot. Without one nothing else notices that a deadline passes. */
export class WaitingEnvelopes {
  readonly #clock: () => number
  readonly #late: (sent: Sent) => void
  #waiting: Sent[] = []
  #timer: NodeJS.Timeout | undefined
  #earliest = never

  /**
   * @param clock monotonic, in milliseconds
   * @param late gets what has waited until its deadline
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
    this.#waiting.push(sent)
    this.#watch(sent)
  }

  values(): readonly Sent[] {
    return this.#waiting
  }

  /** Takes all of them out. @returns them in the order of their positions */
  take(): readonly Sent[] {
    this.#forgetDeadlines()
    const waiting = this.#waiting
    this.#waiting = []
    return waiting.sort((a, b) => comparePositions(a.position, b.position))
  }

  /** Takes out those of one root. */
  takeOf(root: Root): readonly Sent[] {
    if (this.#waiting.length === 0) return []
    const waiting = this.#waiting
    this.#waiting = waiting.filter(({ subtree }) => subtree.root !== root)
    return waiting.filter(({ subtree }) => subtree.root === root)
  }

  #watch(sent: Sent): void {
    const deadline = deadlineOf(sent)
    if (deadline >= this.#earliest) return
    clearTimeout(this.#timer)
    this.#earliest = deadline
    const remaining = deadline - this.#clock()
    this.#timer = setTimeout(() => this.#deadlinePassed(), Math.max(0, remaining - Math.min(earlyMs, remaining / 10)))
  }

  #deadlinePassed(): void {
    this.#forgetDeadlines()
    const soon = this.#clock() + earlyMs
    const waiting = this.#waiting
    this.#waiting = waiting.filter((sent) => deadlineOf(sent) > soon)
    for (const sent of this.#waiting) this.#watch(sent)
    for (const sent of waiting) if (deadlineOf(sent) <= soon) this.#late(sent)
  }

  #forgetDeadlines(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#earliest = never
  }
}

function deadlineOf({ subtree }: Sent): number {
  return subtree.root.deadline ?? never
}
