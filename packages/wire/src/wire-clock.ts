/** Where the time on the wire comes from. */
export interface WireClock {
  /** Wall time in milliseconds since the epoch. */
  wall(): number
  /** Milliseconds since some moment, which never go back. */
  monotonic(): number
}

/** The clocks of this machine. */
export const systemClock: WireClock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
}

/**
 * Starts the clock of one connection: the wall time of now, and monotonic time from here on. A wall clock that is set later
 * does not move it, so it can neither expire honest frames nor make old ones young.
 *
 * @returns tells the time in milliseconds since the epoch
 */
export function startSessionClock(clock: WireClock): () => number {
  const start = clock.wall() - clock.monotonic()
  return () => start + clock.monotonic()
}
