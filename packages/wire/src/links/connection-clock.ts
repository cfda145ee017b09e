import type { WireClock } from '../wire-clock.js'

/** The clock of one connection. */
export interface ConnectionClock extends WireClock {
  /** What a monotonic time is in wall time, by this clock. */
  wallAt(monotonic: number): number
}

/** Starts the clock of a connection: the wall time of now, and monotonic time since. A wall clock that jumps later does not move it. */
export function startConnectionClock(clock: WireClock): ConnectionClock {
  const start = clock.wall() - clock.monotonic()
  return {
    wall: () => start + clock.monotonic(),
    monotonic: () => clock.monotonic(),
    wallAt: (monotonic) => start + monotonic,
  }
}
