/** How many questions are answered without asking the clock, at most. */
const mostLooks = 64

/**
 * How long the event loop may work before it turns. All that is done in one turn shares a slice, also what promises bring; once
 * it is over it stays over until the next turn.
 *
 * Nobody counts the turns: to be told of each would cost a process that has little to do in each more than its own looks at the
 * clock. So a slice may have begun some turns ago, and then it ends too early once, but never too late.
 *
 * The clock is asked less often than the slice is: the cheaper the work between two questions, the less often.
 */
export class TimeSlice {
  readonly #clock: () => number
  readonly #lengthMs: number
  #phase: 'unused' | 'used' | 'over' = 'unused'
  #began = 0
  #asked = 0
  #looks = 0
  #looksBetween = 1

  /** @param clock monotonic, in milliseconds */
  constructor(clock: () => number, lengthMs: number) {
    this.#clock = clock
    this.#lengthMs = lengthMs
  }

  /** Work begins; the slice does too, unless one has begun and is not over. */
  begin(): void {
    if (this.#phase !== 'unused') return
    this.#phase = 'used'
    this.#began = this.#clock()
    this.#asked = this.#began
  }

  isOver(): boolean {
    if (this.#phase !== 'used') return this.#phase === 'over'
    if (++this.#looks < this.#looksBetween) return false
    this.#looks = 0
    this.#ask(this.#clock())
    return this.#phaseNow() === 'over'
  }

  #ask(now: number): void {
    const sinceAsked = now - this.#asked
    this.#asked = now
    if (sinceAsked > this.#lengthMs / 8) this.#looksBetween = Math.max(1, this.#looksBetween >> 1)
    else if (sinceAsked < this.#lengthMs / 32) this.#looksBetween = Math.min(mostLooks, this.#looksBetween << 1)
    if (now - this.#began <= this.#lengthMs) return
    this.#phase = 'over'
    setImmediate(this.#nextTurn)
  }

  #phaseNow(): 'unused' | 'used' | 'over' {
    return this.#phase
  }

  readonly #nextTurn = (): void => {
    this.#phase = 'unused'
    this.#looks = 0
  }
}
