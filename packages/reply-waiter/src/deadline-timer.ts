import type { TimerHandle, Timers } from './timers.js'

/** What a deadline timer is made of. */
export interface DeadlineTimerParts {
  /** Monotonic time in milliseconds. */
  readonly clock: () => number
  readonly timers: Timers
  /** Does what is due at a time. */
  readonly sweep: (now: number) => void
  /** The first deadline that is left after it; infinite where there is none. */
  readonly earliest: () => number
}

/**
 * One timer for any number of deadlines. It is armed for the earliest; deadlines that lie close together share a sweep, so a
 * deadline is met at most {@link graceMs} and a turn of the timer late, and never early. Moving a deadline back costs nothing:
 * the sweep finds that it is not due.
 *
 * While it is held it keeps the process alive, with or without a deadline.
 */
export class DeadlineTimer {
  readonly #parts: DeadlineTimerParts
  #handle: TimerHandle | undefined
  #due = Number.POSITIVE_INFINITY
  #held = false

  constructor(parts: DeadlineTimerParts) {
    this.#parts = parts
  }

  /** Keeps the process alive from now on, and wakes for a deadline. */
  hold(deadline: number): void {
    this.#held = true
    this.#handle?.ref()
    this.expect(deadline)
  }

  /** Wakes for a deadline. Only while held. */
  expect(deadline: number): void {
    if (this.#handle !== undefined && deadline >= this.#due - graceMs) return
    this.#arm(deadline, this.#parts.clock())
  }

  /** Nobody waits any more: the process may end. A timer that is armed stays, so that the next to wait needs none. */
  release(): void {
    this.#held = false
    this.#handle?.unref()
  }

  /** Forgets every deadline. */
  stop(): void {
    this.#held = false
    this.#clear()
  }

  #arm(deadline: number, now: number): void {
    this.#clear()
    this.#due = deadline
    const ms = Math.min(Math.max(Math.ceil(deadline - now), 1), longestTimerMs)
    this.#handle = this.#parts.timers.setTimeout(() => this.#wake(), ms)
  }

  #clear(): void {
    if (this.#handle !== undefined) this.#parts.timers.clearTimeout(this.#handle)
    this.#handle = undefined
  }

  #wake(): void {
    this.#handle = undefined
    const now = this.#parts.clock()
    try {
      this.#parts.sweep(now)
    } finally {
      if (this.#held) this.expect(Math.max(this.#parts.earliest(), now + graceMs))
    }
  }
}

/** How long a deadline may wait for the sweep of its neighbours, in milliseconds. */
const graceMs = 5
const longestTimerMs = 2 ** 31 - 1
