import type { WireClock } from '../src/index.js'

/** A clock that stands still until it is told otherwise. */
export interface TestClock extends WireClock {
  /** Time passes, for wall and monotonic clock alike. */
  pass(ms: number): void
  /** Somebody sets the wall clock. */
  set(ms: number): void
}

/** Starts at noon of an ordinary day. */
export function createTestClock(startMs = 1_700_000_000_000): TestClock {
  let wall = startMs
  let monotonic = 5000
  return {
    wall: () => wall,
    monotonic: () => monotonic,
    pass(ms) {
      wall += ms
      monotonic += ms
    },
    set(ms) {
      wall = ms
    },
  }
}
